import { expect } from "vitest";
import { call, type Person, signUp } from "../client.js";
import type { Answer } from "../shapes.js";
import { asserted, type Changes, created, newPasskey, type SoftPasskey } from "./authenticator.js";

/** What the routes of passkeys answer. */
export interface PasskeyBody {
  id: string;
  credentialId: string;
  name: string;
  transports: string[];
  backedUp: boolean;
  createdAt: string;
  lastUsedAt: string | null;
}

export interface CreationOptions {
  publicKey: {
    challenge: string;
    rp: { id: string; name: string };
    user: { id: string; name: string; displayName: string };
    excludeCredentials: { type: string; id: string; transports: string[] }[];
  };
}

export interface RequestOptions {
  publicKey: { challenge: string; allowCredentials: { id: string; transports: string[] }[] };
}

type Kind = Parameters<typeof newPasskey>[1];

export interface Owner extends Person {
  key: SoftPasskey;
  passkey: PasskeyBody;
}

export async function optionsFor(bearer: string): Promise<CreationOptions["publicKey"]> {
  const answer = await call<CreationOptions>("POST /passkeys/options", { bearer });
  expect(answer.status).toBe(200);
  return answer.body.publicKey;
}

/** Sends a passkey that was made for the options of this bearer, or what a test makes of it. */
export async function register(
  bearer: string,
  { kind, flags, key, name, ...changes }: Changes & { kind?: Kind; key?: SoftPasskey; name?: string } = {},
): Promise<{ answer: Answer<{ passkey: PasskeyBody; code: string }>; key: SoftPasskey }> {
  const options = await optionsFor(bearer);
  const made = key ?? newPasskey(options.user.id, kind, flags);
  const body = { passkey: created(options, made, { ...changes, ...(flags === undefined ? {} : { flags }) }), name };
  return { answer: await call("POST /passkeys", { bearer, body }), key: made };
}

/** Somebody with a password and a passkey. */
export async function signUpWithKey(kind?: Kind, flags?: number): Promise<Owner> {
  const person = await signUp();
  const { answer, key } = await register(person.accessToken, {
    ...(kind && { kind }),
    ...(flags === undefined ? {} : { flags }),
  });
  expect(answer.status).toBe(201);
  return { ...person, key, passkey: answer.body.passkey };
}

export async function loginChallenge(): Promise<RequestOptions["publicKey"]> {
  const answer = await call<RequestOptions>("POST /passkeys/login/options");
  expect(answer.status).toBe(200);
  return answer.body.publicKey;
}

/** A login with the passkey, or with what a test makes of it. */
export async function logInWith(key: SoftPasskey, changes: Changes = {}): Promise<Answer> {
  return call("POST /passkeys/login", { body: { passkey: asserted(await loginChallenge(), key, changes) } });
}

/** The answer is the problem with that code, which is none of the module's own. */
export function expectRefusal(answer: Answer<unknown>, code: string, status = 403): void {
  const { body } = answer as Answer;
  expect({ status: answer.status, code: body.code }).toEqual({ status, code });
  expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(answer.headers["cache-control"]).toBe("no-store");
}
