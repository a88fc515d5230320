import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { config } from "../config.js";
import { AuthError } from "../errors.js";

/**
 * Encrypts what the database keeps for one purpose: AES-256-GCM, under a key that HKDF (RFC 5869) derives from
 * JWT_SECRET_KEY and the purpose. JWT_SECRET_KEY_PREVIOUS opens too.
 */
export interface Vault {
  /**
   * The text to store: the id of the key, a dot, and base64url(nonce ‖ ciphertext ‖ tag).
   *
   * @param row the id of the row it is stored in. Threat: copied into another row it would speak for that one, so there it does not open.
   */
  seal(plain: Buffer, row: string): string;
  /** What was sealed; null where no key opens it: it was sealed under another secret, for another row, or has been changed. */
  open(sealed: string, row: string): Buffer | null;
  /** How every text starts that was sealed under JWT_SECRET_KEY: letters, digits and a dot. */
  readonly prefix: string;
}

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

const cipherName = "aes-256-gcm";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** Names a key and says nothing of it. */
const keyIdBytes = 6;

/** @param purpose what is kept, in words: "signing keys". No two purposes share a key. */
export function createVault(purpose: string): Vault {
  const current = keyOf(config.jwtSecretKey, purpose);
  const keys = config.jwtSecretKeyPrevious ? [current, keyOf(config.jwtSecretKeyPrevious, purpose)] : [current];
  const prefix = `${current.id}.`;
  return {
    prefix,
    seal: (plain, row) => prefix + encrypt(plain, current, row).toString("base64url"),
    open: (sealed, row) => {
      const [id, text = ""] = sealed.split(".");
      const key = keys.find((one) => one.id === id);
      return key ? decrypt(Buffer.from(text, "base64url"), key, row) : null;
    },
  };
}

/** The failure to open what is there. Threat: taken for nothing, it would be made anew, and what it protects be lost or left open. */
export function notOpened(what: string): AuthError {
  const detail = `${what} can't be opened: with another JWT_SECRET_KEY before this one, set that as JWT_SECRET_KEY_PREVIOUS.`;
  return new AuthError("ServiceUnavailable", { detail });
}

function encrypt(plain: Buffer, { bytes }: Key, row: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(row));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(sealed: Buffer, { bytes }: Key, row: string): Buffer | null {
  if (sealed.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv(cipherName, bytes, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(row));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return null;
  }
}

function keyOf(secret: string, purpose: string): Key {
  const label = `authwright ${purpose} at rest v1`;
  return { id: derive(secret, `${label} id`, keyIdBytes).toString("hex"), bytes: derive(secret, label, keyBytes) };
}

function derive(secret: string, label: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", label, length));
}
