import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { config } from "./config.js";

/**
 * A refresh token is base64url(familyId ‖ generation ‖ MAC): 32 + 6 + 16 bytes. Nothing of it is stored, and a forged
 * one is told from a genuine one without asking the database.
 */
export interface RefreshToken {
  /** The public name of the login: base64url(SHA-256(familyId)). */
  sessionId: string;
  familyId: Buffer;
  /** 0 at login; each rotation adds one. */
  generation: number;
}

const familyBytes = 32;
const generationBytes = 6;
const macBytes = 16;
const tokenCharacters = ((familyBytes + generationBytes + macBytes) * 4) / 3;

const label = "authwright refresh token v1";
const signingKey = deriveKey(config.jwtSecretKey);
const verifyingKeys = config.jwtSecretKeyPrevious ? [signingKey, deriveKey(config.jwtSecretKeyPrevious)] : [signingKey];

/** A new family: 256 bits from the system's generator. */
export function newFamily(): RefreshToken {
  const familyId = randomBytes(familyBytes);
  return { familyId, generation: 0, sessionId: sessionIdOf(familyId) };
}

/** The token's text. The same family and generation always give the same text. */
export function issueRefreshToken({ familyId, generation }: RefreshToken): string {
  const body = Buffer.alloc(familyBytes + generationBytes);
  familyId.copy(body);
  body.writeUIntBE(generation, familyBytes, generationBytes);
  return Buffer.concat([body, mac(body, signingKey)]).toString("base64url");
}

/** The genuine token behind `text`, or null: wrong length, another spelling of the same bytes, a wrong MAC. */
export function parseRefreshToken(text: string): RefreshToken | null {
  if (text.length !== tokenCharacters) return null;
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) return null;
  const body = bytes.subarray(0, familyBytes + generationBytes);
  const tag = bytes.subarray(body.length);
  if (!verifyingKeys.some((key) => timingSafeEqual(mac(body, key), tag))) return null;
  const familyId = body.subarray(0, familyBytes);
  return { familyId, generation: body.readUIntBE(familyBytes, generationBytes), sessionId: sessionIdOf(familyId) };
}

function sessionIdOf(familyId: Buffer): string {
  return createHash("sha256").update(familyId).digest("base64url");
}

function mac(body: Buffer, key: Buffer): Buffer {
  return createHmac("sha256", key).update(label).update(body).digest().subarray(0, macBytes);
}

function deriveKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", label, 32));
}
