import { z } from "zod";

/** The request that a service asks about: what its client's proof is for. */
export const forwardedInput = z.object({
  method: z
    .string()
    .regex(/^[A-Z-]{1,32}$/)
    .max(32)
    .optional()
    .meta({ description: "The method of the request that the proof came with." }),
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/)
    .max(2048)
    .optional()
    .meta({ description: "Its URL, as its client sees it." }),
});
