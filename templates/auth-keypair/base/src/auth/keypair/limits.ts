import { defineError } from "../errors.js";

/** A year. */
export const mostLifeSeconds = 365 * 86_400;

/** Live ones of one user. */
export const mostTokens = 100;

/** The user has as many tokens as one can have. */
export const tooManyTokens = defineError(
  "TooManyKeypairTokens",
  409,
  `There are ${mostTokens} tokens already: delete one first.`,
);
