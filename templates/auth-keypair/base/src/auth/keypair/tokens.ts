import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { StoredClaims } from "../access-claims.js";
import { config } from "../config.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit, tellHourly } from "../events.js";
import { invalid, parseInput } from "../input.js";
import { type Algorithm, isAlgorithm, newKeyPair, signText } from "./algorithms.js";
import { compact, invalidToken, isTokenId, readUnverified, textToSign } from "./compact.js";
import { newTokenInput } from "./input.js";
import { dropKeys, keyStore } from "./key-store.js";
import { mostLifeSeconds, mostTokens, tooManyTokens } from "./limits.js";
import { type PinnedKey, type Pins, sealPinned } from "./pinned-key.js";
import { keyThatSigned } from "./signatures.js";
import { deleteToken, deleteTokensOf, findToken, insertToken, type KnownToken, type MadeToken } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    authn_token_created: true;
    authn_token_revoked: true;
  }
}

/** What a token is to be. */
export interface NewToken {
  /** Who it speaks for: the id of an account. */
  userId: string;
  /** How long it lives, in seconds: a whole number from 1 to a year. */
  lifeSeconds: number;
  /** What its owner knows it by, in lists: up to 100 characters, none by default. */
  name?: string;
  /** JWT_ISSUER by default. */
  issuer?: string;
  /** Who it is for: `<issuer>:api` by default, which `protectedRoute` takes. */
  audience?: string;
  /** ES256 by default. */
  algorithm?: Algorithm;
  /** A session of the user's that it ends with. */
  sessionId?: string;
  /** A session of the user's that has to be live when it is issued, and that it outlives. */
  provenBy?: string;
  /** What else it says. It is signed, and may not be of the names that every token has. */
  claims?: Readonly<Record<string, unknown>>;
}

/** A token, which nobody can show again: its private key is gone. */
export interface IssuedToken {
  token: string;
  id: string;
  name: string;
  createdAt: Date;
  expiresAt: Date;
}

/** What a good token says. */
export interface TokenPayload extends Pins {
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly [claim: string]: unknown;
}

/** What a good token says, and what the database knows of its user. */
export interface CheckedToken {
  readonly payload: TokenPayload;
  readonly claims: StoredClaims;
}

/** Who a token has to be from and for. */
export interface Expected {
  issuer?: string;
  audience?: string;
}

const maxTextCharacters = 200;
const idBytes = 16;
const ownClaims = ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "nbf", "__proto__"];

/**
 * Makes a key pair, signs one token with it, and forgets the private key. What is kept is the public one, and what it is
 * good for. All times are the database's.
 *
 * @throws AuthError "ValidationError" for a life, an algorithm or a text that can't be; "InvalidAccessToken" when the user
 * or the session is gone; "TooManyKeypairTokens"; "ServiceUnavailable".
 */
export async function issue(input: NewToken, client?: ClientInfo): Promise<IssuedToken> {
  const wanted = checked(input);
  const id = randomBytes(idBytes).toString("base64url");
  const { userId, provenBy, sessionId = provenBy } = input;
  const sessionIds = [...new Set([provenBy, sessionId].flatMap((one) => one ?? []))];
  const made = await insertToken({ userId, sessionIds }, mostTokens, (at) => make(id, wanted, at));
  if (made === "full") throw new AuthError(tooManyTokens);
  if (!made) throw invalidToken("The account or the session has ended.");
  await keepElsewhere(made);
  await emit({ event: "authn_token_created", outcome: "success", userId, sessionId, client });
  const { name, createdAt, expiresAt } = made.row;
  return { token: made.token, id, name, createdAt, expiresAt };
}

/**
 * What a genuine, live token says. Its signature is looked at first, then when it expires, who it is from and for, and
 * everything else that its key is pinned to. It is asked about anew each time: one that was ended is so for the next call,
 * in every process.
 *
 * @throws AuthError "InvalidAccessToken", whatever is wrong with it; "ServiceUnavailable" when that can't be known.
 */
export async function verify(token: unknown, expected: Expected = {}): Promise<TokenPayload> {
  return (await check(token, expected)).payload;
}

/** `verify`, with what the database knows of the user. */
export async function check(token: unknown, { issuer, audience }: Expected = {}): Promise<CheckedToken> {
  const unverified = readUnverified(token);
  const { payload } = unverified;
  const { known, sealed } = await find(unverified.id);
  const key = keyThatSigned(unverified, sealed);
  const iss = issuer ?? config.jwtIssuer;
  checkTimes(payload, known.readAt);
  if (payload["iss"] !== iss) throw invalidToken("The token is of another issuer.");
  if (payload["aud"] !== (audience ?? defaultAudience(iss))) throw invalidToken("The token is for somebody else.");
  checkPins(payload, unverified.id, key, known);
  return { payload: Object.freeze(payload) as TokenPayload, claims: known.claims };
}

/** Ends one token, of that user if one is given; false when there is none. The next `verify` refuses it, in every process. */
export async function revoke(id: string, userId?: string, client?: ClientInfo): Promise<boolean> {
  const ended = isTokenId(id) ? await deleteToken(id, userId) : null;
  if (!ended) return false;
  await dropKeys([id]);
  await emit({ event: "authn_token_revoked", outcome: "success", userId: ended.userId, client });
  return true;
}

/** Ends every token of the user, those that are being issued too, and no session. @returns how many. */
export async function revokeAllOf(userId: string, client?: ClientInfo): Promise<number> {
  const ids = await deleteTokensOf(userId);
  await dropKeys(ids);
  if (ids.length > 0) await emit({ event: "authn_token_revoked", outcome: "success", userId, client });
  return ids.length;
}

type Wanted = Required<
  Pick<NewToken, "userId" | "lifeSeconds" | "name" | "issuer" | "audience" | "algorithm" | "claims">
> &
  Pick<NewToken, "sessionId">;

function checked(input: NewToken): Wanted {
  const { issuer = config.jwtIssuer, algorithm = "ES256", name = "", claims = {}, lifeSeconds } = input;
  const { audience = defaultAudience(issuer) } = input;
  if (!Number.isInteger(lifeSeconds) || lifeSeconds < 1 || lifeSeconds > mostLifeSeconds)
    throw invalid("lifeSeconds", `A token lives for a whole number of seconds, 1 to ${mostLifeSeconds}.`);
  if (!isAlgorithm(algorithm)) throw invalid("algorithm", "There is no such algorithm.");
  for (const [path, text] of Object.entries({ userId: input.userId, issuer, audience }))
    if (typeof text !== "string" || text === "" || text.length > maxTextCharacters)
      throw invalid(path, `Use 1 to ${maxTextCharacters} characters.`);
  const checkedName = name === "" ? name : parseInput(newTokenInput.pick({ name: true }), { name }).name;
  return { ...input, issuer, audience, algorithm, name: checkedName, claims: checkedClaims(claims) };
}

/** The claims as they stand in JSON. */
function checkedClaims(claims: unknown): Record<string, unknown> {
  const { success, data } = z.record(z.string(), z.json()).safeParse(claims);
  if (!success) throw invalid("claims", "Claims are an object of what JSON can hold.");
  const taken = Object.keys(data).find((claim) => ownClaims.includes(claim));
  if (taken !== undefined) throw invalid("claims", `Each token says ${taken} itself.`);
  return data;
}

interface Made extends MadeToken {
  readonly token: string;
  readonly sealed: string;
}

async function make(id: string, wanted: Wanted, at: Date): Promise<Made> {
  const { userId: sub, sessionId: sid, audience: aud, issuer: iss, algorithm: alg, claims } = wanted;
  const iat = Math.floor(at.getTime() / 1000);
  // To the next whole second: a life of one second is one.
  const exp = Math.ceil(at.getTime() / 1000) + wanted.lifeSeconds;
  const pins = { sub, ...(sid === undefined ? {} : { sid }), aud, iss, exp };
  const { privateKey, publicKey } = await newKeyPair(alg);
  const signedText = textToSign(alg, { ...claims, ...pins, jti: id, iat });
  const token = compact(signedText, signText(alg, privateKey, signedText));
  const sealed = sealPinned(id, { ...pins, alg, publicKey });
  const expiresAt = new Date(exp * 1000);
  const row = { id, name: wanted.name, createdAt: new Date(iat * 1000), expiresAt, sessionId: sid ?? null };
  return { token, sealed, row: { ...row, sealed: keyStore ? null : sealed } };
}

/** Where keys are kept in Redis. A token whose key is not taken there is none. */
async function keepElsewhere({ sealed, row: { id, createdAt, expiresAt } }: Made): Promise<void> {
  try {
    await keyStore?.put(id, sealed, expiresAt.getTime() - createdAt.getTime());
  } catch (error) {
    await deleteToken(id);
    throw error;
  }
}

const keyIsLost =
  "Redis has lost the key of a live token: it was flushed or restarted, evicts keys (maxmemory-policy must be noeviction or volatile-ttl), or JWT_SECRET_KEY is another one without JWT_SECRET_KEY_PREVIOUS";

/** What is known of a token, and of its key: in its row, or, where it was issued so, in Redis, which is asked at the same time. */
async function find(id: string): Promise<{ known: KnownToken; sealed: string }> {
  const elsewhere = keyStore?.get(id);
  // Nobody waits for it where the row says enough.
  elsewhere?.catch(() => undefined);
  const known = await findToken(id);
  if (!known) throw invalidToken();
  const sealed = known.sealed ?? (await elsewhere) ?? null;
  if (sealed === null) {
    if (keyStore && known.expiresAt > known.readAt) await tellHourly("keypair keys", keyIsLost);
    throw invalidToken();
  }
  return { known, sealed };
}

function checkTimes({ iat, exp }: Readonly<Record<string, unknown>>, now: Date): void {
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) throw invalidToken();
  if (Number(exp) * 1000 <= now.getTime()) throw invalidToken("The token has expired.");
}

/** Threat: a live key must sign for nobody but its own token's user, issuer, audience and time. */
function checkPins(payload: Readonly<Record<string, unknown>>, id: string, key: PinnedKey, known: KnownToken): void {
  const { jti, sub, sid, aud, iss, exp } = payload;
  const isPinned =
    sub === key.sub && sid === key.sid && aud === key.aud && iss === key.iss && exp === key.exp && sub === known.userId;
  if (jti !== id || !isPinned) throw invalidToken();
}

function defaultAudience(issuer: string): string {
  return `${issuer}:api`;
}
