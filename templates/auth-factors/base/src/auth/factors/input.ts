import { z } from "zod";
import { boundedText } from "../values/text.js";

/** A code with what people type between its characters. */
const mostCodeText = 64;

/** What the first request of the login was answered with. */
export const challengeInput = z.string().meta({ pattern: "^[\\w-]{43}$", maxLength: 43 });

export const recoveryCodeInput = z.object({
  challenge: challengeInput,
  code: boundedText(mostCodeText)
    .min(1)
    .meta({ pattern: "^[A-Za-z2-7 -]+$", description: "Case, spaces and dashes do not matter." }),
});
