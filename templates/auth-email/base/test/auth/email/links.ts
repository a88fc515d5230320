import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { loginIsAddress } from "../../../src/auth/login-name.js";
import { read } from "../../../src/db/client.js";
import { emailTokens } from "../../../src/db/schema/auth-email.js";
import { call, expectProblem, logIn, password } from "../client.js";
import type { Answer } from "../shapes.js";
import { tokenTo, waitedLong } from "./inbox.js";

// The requests that ask for a link, and those that use one.

/** The password that a reset puts in the place of `password`. */
export const newPassword = "ten grey geese waddle";

/** Of the first proof of an account, who is logged in to it (`bearer`) keeps the password. */
export const verify = (token: unknown, bearer?: string) =>
  call("POST /email/verify", { body: { token }, ...(bearer === undefined ? {} : { bearer }) });
/** The first proof of an account by somebody who is not logged in: 200, and the token that sets its password. */
export async function proveAsStranger(token: string, more: object = {}): Promise<string> {
  const answer = await call<{ setPasswordToken: string }>("POST /email/verify", { body: { token, ...more } });
  expect([answer.status, Object.keys(answer.body)]).toEqual([200, ["setPasswordToken"]]);
  return answer.body.setPasswordToken;
}
export const forgot = (body: unknown, from?: string) =>
  call("POST /password/forgot", { body, ...(from ? { from } : {}) });
export const reset = (token: unknown, secret: unknown = newPassword) =>
  call("POST /password/reset", { body: { token, newPassword: secret } });
export const revert = (token: unknown) => call("POST /email/revert", { body: { token } });
export const sendAgain = (bearer: string) => call("POST /email/verification", { bearer });
export const changeTo = (bearer: string, email: string | null) =>
  call("PATCH /me", { bearer, body: { email, currentPassword: password } });

/** Changes a proven address to another, which is proven too. */
export async function moveTo(person: { name: string }, email: string): Promise<void> {
  await waitedLong();
  const { accessToken } = await logIn(person.name);
  expect((await changeTo(accessToken, email)).status).toBe(200);
  expect((await verify(await tokenTo(email), accessToken)).status).toBe(204);
  if (loginIsAddress) person.name = email;
}

export function expectNotGood(answer: Answer): void {
  expectProblem(answer, "ForbiddenError");
  expect(answer.body.detail).toBe("This link is not good any more. Ask for a new one.");
}

/** What is stored of the links of an account. */
export async function linksOf(userId: string) {
  return read((db) => db.select().from(emailTokens).where(eq(emailTokens.userId, userId)));
}
