import { z } from "zod";
import { defineError } from "../errors.js";

/** The first proof was right, and a second one is needed: no session has started. */
export const secondFactorRequired = defineError("SecondFactorRequired", 401, "Send a second factor too.", {
  challenge: z
    .string()
    .regex(/^[\w-]{43}$/)
    .max(43)
    .meta({ description: "Sent along with the answer. It opens nothing." }),
  expiresIn: z.int().min(1).max(3600).meta({ format: "int32", description: "Seconds that it may be answered in." }),
  factors: z
    .array(
      z
        .string()
        .regex(/^[a-z-]+$/)
        .max(64),
    )
    .max(16)
    .meta({ description: "The kinds of factor that the user has." }),
});

/** The login that waited is over: too late, too many wrong answers, answered already, or its account has moved on. */
export const invalidChallenge = defineError("InvalidChallenge", 401, "This login is over. Start again.");

/** No 401: clients answer that by refreshing. */
export const wrongCode = defineError("WrongCode", 403, "The code is wrong.");

/** Told only to who has proven the password. */
export const codeAlreadyUsed = defineError(
  "CodeAlreadyUsed",
  403,
  "This code was used already. Wait for the next one.",
);

/** The session was started with one factor. */
export const secondFactorNeeded = defineError("SecondFactorNeeded", 403, "This takes a login with a second factor.");
