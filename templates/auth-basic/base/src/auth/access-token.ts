import { createSecretKey, type KeyObject, randomUUID } from "node:crypto";
import jwt from "jsonwebtoken";
import { config } from "./config.js";

/** Who an access token speaks for. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly tokenId: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

const type = "at+jwt";
const algorithm = "HS256";
const audience = `${config.jwtIssuer}:client`;
const headerMembers = ["alg", "typ", "kid"];
const maxTokenCharacters = 4096;
const maxRecentTokens = 2500;
const clockSkewSeconds = 5;

// A KeyObject is made once: jsonwebtoken imports a string secret anew for every token.
const signingKey = keyOf(config.jwtSecretKey);
const verifyingKeys = config.jwtSecretKeyPrevious ? [signingKey, keyOf(config.jwtSecretKeyPrevious)] : [signingKey];

/**
 * What good tokens have said, by their whole text, so that a signature is checked once. When `recent` is full it becomes
 * `older`, and the tokens that are asked about again move back: the memory is bounded, and what is in use stays.
 */
let recent = new Map<string, AccessClaims>();
let older = new Map<string, AccessClaims>();

/** Signs an access token (RFC 9068) that lives `lifetimeSeconds`. */
export function signAccessToken(userId: string, sessionId: string, lifetimeSeconds: number): string {
  const issuedAt = now();
  const claims = {
    iss: config.jwtIssuer,
    aud: audience,
    sub: userId,
    sid: sessionId,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    jti: randomUUID(),
  };
  return jwt.sign(claims, signingKey, { algorithm, header: { alg: algorithm, typ: type } });
}

/** The claims of a genuine, unexpired token, or null. Whether its session still lives is for `revocations.ts` to say. */
export function verifyAccessToken(token: string): AccessClaims | null {
  const claims = recent.get(token) ?? remember(token, older.get(token) ?? verify(token));
  return claims && claims.expiresAt > now() ? claims : null;
}

function verify(token: string): AccessClaims | null {
  if (token.length > maxTokenCharacters || !hasCanonicalParts(token) || !hasOurHeader(token)) return null;
  for (const key of verifyingKeys) {
    const payload = verifySignature(token, key);
    if (payload) return readClaims(payload);
  }
  return null;
}

/** jsonwebtoken decodes loosely: without this, one token could be spelled in many ways. */
function hasCanonicalParts(token: string): boolean {
  const parts = token.split(".");
  return (
    parts.length === 3 &&
    parts.every((part) => part !== "" && Buffer.from(part, "base64url").toString("base64url") === part)
  );
}

/** RFC 8725: the algorithm and type are pinned, and no other header member (crit, jwk, jku, x5u, ...) is listened to. */
function hasOurHeader(token: string): boolean {
  const header = parseJson(token.slice(0, token.indexOf(".")));
  if (!isObject(header) || header["alg"] !== algorithm || header["typ"] !== type) return false;
  return Object.entries(header).every(([name, value]) => headerMembers.includes(name) && isText(value));
}

function verifySignature(token: string, key: KeyObject): object | null {
  try {
    const payload = jwt.verify(token, key, { algorithms: [algorithm], issuer: config.jwtIssuer, audience });
    return isObject(payload) ? payload : null;
  } catch {
    return null;
  }
}

function readClaims(payload: object): AccessClaims | null {
  const { iss, aud, sub, sid, jti, iat, exp } = payload as Record<string, unknown>;
  if (iss !== config.jwtIssuer || aud !== audience) return null;
  if (!isText(sub) || !isText(sid) || !isText(jti)) return null;
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return null;
  const [issuedAt, expiresAt] = [iat as number, exp as number];
  if (issuedAt > now() + clockSkewSeconds || expiresAt - issuedAt > config.accessTokenSeconds) return null;
  return Object.freeze({ userId: sub, sessionId: sid, tokenId: jti, expiresAt });
}

function remember(token: string, claims: AccessClaims | null): AccessClaims | null {
  if (!claims) return null;
  if (recent.size === maxRecentTokens) [recent, older] = [new Map(), recent];
  recent.set(token, claims);
  return claims;
}

function parseJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function keyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, "utf8"));
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
