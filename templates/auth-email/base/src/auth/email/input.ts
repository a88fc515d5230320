import { z } from "zod";
import { isMailAddress, maxAddressCharacters } from "../address.js";
import { ifGiven, passwordInput } from "../input.js";
import { loginName, loginNameType } from "../login-name.js";

const token = z.string().max(256).meta({ pattern: "^[\\w-]+$" });

export const tokenInput = z.object({ token });
export const resetInput = z.object({ token, newPassword: passwordInput.shape.newPassword });
const address = z
  .string()
  .refine(isMailAddress, { message: "This is no e-mail address." })
  .meta({ format: "email", maxLength: maxAddressCharacters });

/** What an account can be named by: its address, and what it logs in with where that is something else. */
export const waysToName = z.object({ email: ifGiven(address) }).extend({ [loginName]: ifGiven(loginNameType) });
const ways = Object.keys(waysToName.shape).map((way) => (way === "email" ? "an e-mail address" : `a ${way}`));

export const forgotInput = waysToName.refine((body) => Object.values(body).filter(isThere).length === 1, {
  message: `Send ${ways.join(" or ")}.`,
  path: ["email"],
});

export type ResetInput = z.output<typeof resetInput>;
export type ForgotInput = z.output<typeof forgotInput>;

function isThere(value: unknown): boolean {
  return value !== undefined;
}
