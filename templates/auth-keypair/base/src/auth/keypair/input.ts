import { z } from "zod";
import { text } from "../user-fields.js";
import { mostLifeSeconds } from "./limits.js";

/** What a token is called, and how many seconds it lives. */
export const newTokenInput = z.object({
  name: text(100),
  expiresIn: z.int().min(1).max(mostLifeSeconds).meta({ format: "int32" }),
});
