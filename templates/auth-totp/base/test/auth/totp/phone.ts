import { createHmac } from "node:crypto";
import { expect } from "vitest";
import { useClock } from "../../../src/auth/totp/clock.js";
import { type Call, call, credentials, type Person, signUp } from "../client.js";
import { type Answer, type Tokens, tokensOf } from "../shapes.js";

/** What the server takes for the time, in milliseconds. Each test turns it on. */
export const clock = { now: Date.now() };

useClock(() => Promise.resolve(new Date(clock.now)));

/** Lets the next code begin. */
export function nextCode(): void {
  clock.now += 30_000;
}

/** An authenticator app: RFC 4226, section 5.3, by hand, so that it is not the library that is tested which judges itself. */
export function codeAt(secret: string, ms = clock.now): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30_000)));
  const hash = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

function fromBase32(text: string): Buffer {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text].map((character) => alphabet.indexOf(character).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

export interface Enrolled extends Person {
  secret: string;
}

/** Somebody who has just set an authenticator app; the code that did so is spent. */
export async function signUpWithPhone(extra: Record<string, unknown> = {}): Promise<Enrolled> {
  const person = await signUp(extra);
  const secret = await enrol(person);
  return { ...person, ...tokensOf(await confirm(person, codeAt(secret))), secret };
}

/** The secret that `POST /factors/totp` hands out. */
export async function enrol({ accessToken: bearer }: Tokens): Promise<string> {
  const { status, body } = await call<{ secret: string }>("POST /factors/totp", { bearer });
  expect(status).toBe(201);
  return body.secret;
}

export function confirm({ accessToken: bearer }: Tokens, code: unknown): Promise<Answer> {
  return call("POST /factors/totp/confirm", { bearer, body: { code } });
}

/** The first step of a login. */
export async function challengeFor(name: string, options: Call = {}): Promise<string> {
  return challengeIn(await call("POST /login", { body: credentials(name), ...options }));
}

/** The challenge in an answer that asks for a second factor. */
export function challengeIn({ status, body }: Answer): string {
  expect([status, body.code]).toEqual([401, "SecondFactorRequired"]);
  return (body as unknown as { challenge: string }).challenge;
}

/** The second step. */
export function answer(challenge: string, code: unknown, options: Call = {}): Promise<Answer> {
  return call("POST /login/totp", { body: { challenge, code }, ...options });
}

/** A whole login, with the next code. */
export async function logInWithPhone({ name, secret }: Enrolled): Promise<Tokens> {
  nextCode();
  const opened = await answer(await challengeFor(name), codeAt(secret));
  expect(opened.status).toBe(200);
  return tokensOf(opened);
}
