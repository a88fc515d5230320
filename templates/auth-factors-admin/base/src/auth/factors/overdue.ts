import { defineError } from "../errors.js";

/** The role needs a second factor, and the time to set one is over. */
export const factorOverdue = defineError(
  "FactorOverdue",
  403,
  "Your role takes a second factor, and the time to set one is over. Ask an admin.",
);
