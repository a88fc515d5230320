import { readItem } from "./cbor.js";

/** What an authenticator says of itself and its user (WebAuthn L3, section 6.1). */
export interface AuthenticatorData {
  /** Somebody has touched it. */
  isPresent: boolean;
  /** It knows who that was: by a PIN, a finger, a face. */
  isVerified: boolean;
  /** Whether the key may be copied to other devices: it never changes. */
  isBackupEligible: boolean;
  isBackedUp: boolean;
  /** How often it has signed; always 0 where it does not count. */
  counter: number;
  /** The key that was made, in a registration. */
  attested: { credentialId: Buffer; publicKey: Buffer } | null;
}

export const mostCredentialIdBytes = 1023;

const flag = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40, extensions: 0x80 };
const flagsAt = 32;
const counterAt = 33;
const headBytes = 37;
const aaguidBytes = 16;
const lengthBytes = 2;

/** @throws Error for what is cut off, has bytes after its end, or is backed up without being eligible for it. */
export function readAuthenticatorData(bytes: Buffer): AuthenticatorData {
  if (bytes.length < headBytes) throw new TypeError("The end is missing.");
  const flags = bytes.readUInt8(flagsAt);
  const has = (bit: number) => (flags & bit) !== 0;
  const [isBackupEligible, isBackedUp] = [has(flag.backupEligible), has(flag.backedUp)];
  if (isBackedUp && !isBackupEligible) throw new TypeError("A key that is backed up must be eligible for that.");
  const { attested, end } = has(flag.attested) ? readAttested(bytes) : { attested: null, end: headBytes };
  if ((has(flag.extensions) ? endOfExtensions(bytes, end) : end) !== bytes.length)
    throw new TypeError("This is not where it ends.");
  return {
    isPresent: has(flag.present),
    isVerified: has(flag.verified),
    isBackupEligible,
    isBackedUp,
    counter: bytes.readUInt32BE(counterAt),
    attested,
  };
}

function readAttested(bytes: Buffer) {
  const lengthAt = headBytes + aaguidBytes;
  const length = bytes.readUInt16BE(lengthAt);
  const idAt = lengthAt + lengthBytes;
  const keyAt = idAt + length;
  if (length === 0 || length > mostCredentialIdBytes) throw new TypeError("This is no credential id.");
  const { end } = readItem(bytes, keyAt);
  return { attested: { credentialId: bytes.subarray(idAt, keyAt), publicKey: bytes.subarray(keyAt, end) }, end };
}

function endOfExtensions(bytes: Buffer, start: number): number {
  const { value, end } = readItem(bytes, start);
  if (!(value instanceof Map)) throw new TypeError("Extensions are a map.");
  return end;
}
