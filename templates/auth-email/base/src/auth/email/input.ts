import { z } from "zod";
import { logInInput, passwordInput } from "../input.js";
import { isMailAddress } from "./address.js";

const token = z.string().max(256).meta({ pattern: "^[\\w-]+$" });

export const tokenInput = z.object({ token });
export const resetInput = z.object({ token, newPassword: passwordInput.shape.newPassword });
export const forgotInput = z
  .object({
    email: z
      .string()
      .refine(isMailAddress, { message: "This is no e-mail address." })
      .meta({ format: "email", maxLength: 254 })
      .optional(),
    username: logInInput.shape.username.optional(),
  })
  .refine(({ email, username }) => (email === undefined) !== (username === undefined), {
    message: "Send an e-mail address or a username.",
    path: ["email"],
  });

export type ResetInput = z.output<typeof resetInput>;
export type ForgotInput = z.output<typeof forgotInput>;
