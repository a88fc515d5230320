import { randomUUID } from "node:crypto";
import { type AuthClaims, authClaimsOf, claimsOf, readClaims, type StoredClaims } from "./access-claims.js";
import { type AccessTokenSigner, accessTokenSigners, type SignedWith } from "./access-token-signers.js";
import { config } from "./config.js";
import { AuthError } from "./errors.js";
import { hasDuplicateNames } from "./values/duplicate-names.js";

/** Who an access token speaks for. */
export interface VerifiedToken extends AuthClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** The `jti` claim. */
  readonly tokenId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** The session that an access token is of. */
export interface TokenSubject {
  readonly id: string;
  readonly userId: string;
  readonly claims: StoredClaims;
}

const type = "at+jwt";
/** Who tokens are for, and who asks for them: the application's own clients. */
const client = `${config.jwtIssuer}:client`;
const headerMembers = ["alg", "typ", "kid"];
/** Servers and proxies refuse long headers: many at 8 KB, for all of them together. */
const maxTokenCharacters = 4096;
const maxRecentTokens = 2500;
/** A token of another server may come from so far ahead. No token is good for longer than it says. */
export const clockSkewSeconds = 60;

/**
 * What good tokens have said, by their whole text, so that a signature is checked once. When `recent` is full it takes the
 * place of `older`, and what is asked about again moves back: the memory is bounded, and what is in use stays.
 */
let recent = new Map<string, SeenToken>();
let older = new Map<string, SeenToken>();

interface SeenToken {
  readonly signedWith: SignedWith;
  /** The claim `cnf` as JSON; undefined in a token that is good for whoever bears it. */
  readonly cnf: string | undefined;
  readonly verified: VerifiedToken;
}

/**
 * Signs an access token (RFC 9068) that lives `lifetimeSeconds`.
 *
 * @throws AuthError "InternalError" for one that would be refused: it is too long, or a claim is not of its type.
 */
export async function signAccessToken(session: TokenSubject, lifetimeSeconds: number): Promise<string> {
  const issuedAt = now();
  const claims = {
    ...claimsOf(session.claims),
    iss: config.jwtIssuer,
    aud: client,
    client_id: client,
    sub: session.userId,
    sid: session.id,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    jti: randomUUID(),
  };
  const token = await newestSigner().sign(claims, type);
  if (token.length > maxTokenCharacters) throw isTooLong(token);
  return token;
}

/**
 * Who a genuine, unexpired token speaks for, or null. Whether its session still lives is for `revocations.ts` to say. For
 * a token that was seen lately it is no promise: each one costs every request.
 *
 * @param confirmed what its bearer has proven to hold, as `cnf` has it (RFC 7800). A token that is bound to a key is
 * nobody's without, and any other one is nobody's with it.
 */
export function verifyAccessToken(
  token: string,
  confirmed?: object,
): VerifiedToken | null | Promise<VerifiedToken | null> {
  if (token.length > maxTokenCharacters) return null;
  const seen = recall(token);
  if (!seen) return verifyAnew(token, confirmed);
  if (!isHeld(seen, confirmed)) return null;
  if (seen.verified.expiresAt <= now()) return null;
  const isTaken = isTrusted(seen.signedWith);
  if (isTaken === true) return seen.verified;
  return isTaken === false ? null : isTaken.then((stillTaken) => (stillTaken ? seen.verified : null));
}

async function verifyAnew(token: string, confirmed?: object): Promise<VerifiedToken | null> {
  const seen = await verify(token);
  if (!seen) return null;
  remember(token, seen);
  return isHeld(seen, confirmed) ? seen.verified : null;
}

function isHeld({ cnf }: SeenToken, confirmed?: object): boolean {
  return cnf === (confirmed && JSON.stringify(confirmed));
}

function recall(token: string): SeenToken | undefined {
  const known = recent.get(token);
  if (known) return known;
  const earlier = older.get(token);
  if (earlier) remember(token, earlier);
  return earlier;
}

function remember(token: string, seen: SeenToken): void {
  if (recent.size >= maxRecentTokens) [recent, older] = [new Map<string, SeenToken>(), recent];
  recent.set(token, seen);
}

async function verify(token: string): Promise<SeenToken | null> {
  if (!hasCanonicalParts(token)) return null;
  const header = namesNothingTwice(token) ? readHeader(token) : null;
  if (!header || !(await isTrusted(header))) return null;
  for (const signer of accessTokenSigners) {
    const payload = signer.alg === header.alg ? await signer.verify(token, header.kid) : null;
    if (isObject(payload)) return seenToken(header, payload);
  }
  return null;
}

function seenToken(signedWith: SignedWith, payload: Record<string, unknown>): SeenToken | null {
  const verified = readPayload(payload);
  return verified && { signedWith, cnf: JSON.stringify(payload["cnf"]), verified };
}

function isTrusted(signedWith: SignedWith): boolean | Promise<boolean> {
  return newestSigner().trusts?.(signedWith) ?? true;
}

/** Decoders are loose: without this, one token could be spelled in many ways. */
export function hasCanonicalParts(token: string): boolean {
  const parts = token.split(".");
  return (
    parts.length === 3 &&
    parts.every((part) => part !== "" && Buffer.from(part, "base64url").toString("base64url") === part)
  );
}

/** RFC 7519, section 4, and RFC 7515, section 4: parsers that take a name twice don't agree on which one counts. */
export function namesNothingTwice(token: string): boolean {
  const [header = "", payload = ""] = token.split(".");
  try {
    return [header, payload].map(textOf).every((json) => isAsWeWrite(json) || !hasDuplicateNames(json));
  } catch {
    return false;
  }
}

/** Nothing that is said twice comes back from an object. It is quicker than a look at each name. */
function isAsWeWrite(json: string): boolean {
  return JSON.stringify(JSON.parse(json)) === json;
}

/** RFC 8725: the type is pinned, and no other header member (crit, jwk, jku, x5u, ...) is listened to. */
function readHeader(token: string): SignedWith | null {
  const header = parseJson(token.slice(0, token.indexOf(".")));
  if (!isObject(header) || header["typ"] !== type) return null;
  const isOurs = Object.entries(header).every(([name, value]) => headerMembers.includes(name) && isText(value));
  return isOurs ? header : null;
}

function readPayload(payload: Record<string, unknown>): VerifiedToken | null {
  const { iss, aud, client_id, sub, sid, jti, exp } = payload;
  if (iss !== config.jwtIssuer || aud !== client || client_id !== client) return null;
  if (!isText(sub) || !isText(sid) || !isText(jti) || !hasGoodTimes(payload)) return null;
  const claims = readClaims(payload);
  if (!claims) return null;
  const token = { userId: sub, sessionId: sid, tokenId: jti, expiresAt: exp as number };
  return Object.freeze(Object.assign(token, authClaimsOf(claims)));
}

function hasGoodTimes({ iat, exp, nbf = iat }: Record<string, unknown>): boolean {
  const times = [iat, exp, nbf];
  if (!times.every((time): time is number => Number.isSafeInteger(time))) return false;
  const [issuedAt, expiresAt, notBefore] = times as [number, number, number];
  if (Math.max(issuedAt, notBefore) > now() + clockSkewSeconds) return false;
  return expiresAt > now() && expiresAt - issuedAt <= config.accessTokenSeconds;
}

function newestSigner(): AccessTokenSigner {
  const signer = accessTokenSigners[accessTokenSigners.length - 1];
  if (!signer) throw new AuthError("InternalError", { detail: "Nothing signs access tokens." });
  return signer;
}

function isTooLong({ length }: string): AuthError {
  const detail = `The access token has ${length} characters, more than ${maxTokenCharacters}: its claims are too long.`;
  return new AuthError("InternalError", { detail });
}

function parseJson(part: string): unknown {
  try {
    return JSON.parse(textOf(part));
  } catch {
    return null;
  }
}

function textOf(part: string): string {
  return Buffer.from(part, "base64url").toString("utf8");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
