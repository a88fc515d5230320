import { z } from "zod";
import { challengeInput } from "../factors/input.js";
import { boundedText } from "../values/text.js";

const mostCodeText = 32;

/** Six digits of ASCII; apps show a space in the middle. */
const code = boundedText(mostCodeText)
  .transform((typed) => typed.replace(/ /g, ""))
  .refine((typed) => /^[0-9]{6}$/.test(typed), { message: "Send the six digits." })
  .meta({ pattern: "^[0-9 ]+$", maxLength: mostCodeText, description: "Six digits. Spaces do not matter." });

export const confirmInput = z.object({ code });
export const totpInput = z.object({ challenge: challengeInput, code });
