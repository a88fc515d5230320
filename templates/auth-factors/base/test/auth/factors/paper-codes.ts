import { createHash, randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { FactorKind } from "../../../src/auth/factors/factor-kinds.js";
import { factorKinds } from "../../../src/auth/factors/factor-kinds.js";
import { recoveryCodeKind } from "../../../src/auth/factors/recovery-code-kind.js";
import { now, write } from "../../../src/db/client.js";
import { recoveryCodes } from "../../../src/db/schema/auth-factors.js";
import { type Call, call, credentials, type Person, signUp } from "../client.js";
import type { Answer } from "../shapes.js";

/** What the first step is answered with. */
export interface SecondFactorRequired {
  code: string;
  challenge: string;
  expiresIn: number;
  factors: string[];
}

/** Every challenge and code that was handed out. */
export const secrets: string[] = [];

/** A kind of factor without an item of its own: codes on paper that a login asks for. */
export const paper: FactorKind = {
  name: "paper",
  amr: ["otp"],
  owner: recoveryCodeKind.owner,
  setAt: recoveryCodeKind.setAt,
};

/** Lets codes on paper be asked for, until what is returned is called. */
export function usePaper(): () => void {
  factorKinds.push(paper);
  return () => void factorKinds.splice(factorKinds.indexOf(paper), 1);
}

/** Somebody with `count` codes on paper. */
export async function signUpWithPaper(count = 3): Promise<Person & { codes: string[] }> {
  const person = await signUp();
  const codes = await giveCodes(person.id, count);
  return { ...person, codes };
}

/** Codes for a user, as they are stored. */
export async function giveCodes(userId: string, count: number): Promise<string[]> {
  const codes = Array.from({ length: count }, () => randomBytes(12).toString("hex"));
  const rows = codes.map((code) => ({ hash: hashOf(code), userId, createdAt: now }));
  await write((db) => db.insert(recoveryCodes).values(rows));
  secrets.push(...codes);
  return codes;
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("base64url");
}

/** The first step of a login, which is not enough. */
export async function challengeFor(name: string, options: Call = {}): Promise<string> {
  return challengeIn(await call("POST /login", { body: credentials(name), ...options }));
}

/** The challenge in an answer that asks for a second factor. */
export function challengeIn(answer: Answer<unknown>): string {
  const { code, challenge } = answer.body as SecondFactorRequired;
  expect([answer.status, code]).toEqual([401, "SecondFactorRequired"]);
  secrets.push(challenge);
  return challenge;
}

/** The second step, with a recovery code. */
export function answer(challenge: string, code: unknown, options: Call = {}): Promise<Answer> {
  return call("POST /login/recovery-code", { body: { challenge, code }, ...options });
}

/** The status and the code of a refusal. */
export function refusal({ status, body }: Answer): [number, string] {
  return [status, body.code];
}
