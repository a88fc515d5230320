import { z } from "zod";
import { givenLoginName, ifGiven, logInInput, passwordInput } from "../input.js";
import { loginName } from "../login-name.js";
import { addressType } from "../values/address.js";
import { boundedText } from "../values/text.js";

const token = boundedText(256).meta({ pattern: "^[\\w-]+$" });

export const tokenInput = z.object({ token });
export const verifyInput = z.object({ token, password: ifGiven(logInInput.shape.password) });
export const resetInput = z.object({ token, newPassword: passwordInput.shape.newPassword });

/** What an account can be named by: its address, and what it logs in with where that is something else. */
export const waysToName = z.object({ [loginName]: ifGiven(givenLoginName) }).extend({ email: ifGiven(addressType) });
const ways = Object.keys(waysToName.shape).map((way) => (way === "email" ? "an e-mail address" : `a ${way}`));

export const forgotInput = waysToName.refine((body) => Object.values(body).filter(isThere).length === 1, {
  message: `Send ${ways.join(" or ")}.`,
  path: ["email"],
});

export type VerifyInput = z.output<typeof verifyInput>;
export type ResetInput = z.output<typeof resetInput>;
export type ForgotInput = z.output<typeof forgotInput>;

function isThere(value: unknown): boolean {
  return value !== undefined;
}
