import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { config } from "./config.js";
import { parseRefreshToken } from "./refresh-token.js";
import { type DeviceOwner, findCredentials, wasLastToken } from "./store.js";

/**
 * A device that its owner has logged in from is told from a stranger's, so that strangers who use up an account's limit do
 * not keep its owner out of new networks (OWASP's device cookies). It opens nothing: the password is asked for as ever.
 *
 * A device cookie is base64url(nonce ‖ HMAC-SHA-256(K, label ‖ nonce ‖ user id ‖ session epoch)): 16 + 32 bytes.
 * Nothing of it is stored, and a new password, or a logout everywhere, ends all of them.
 */
export interface DeviceProofs {
  deviceCookies?: readonly string[] | undefined;
  /** The last refresh token of a login, which this neither rotates nor ends: for clients without cookies. */
  refreshToken?: string | undefined;
}

const nonceBytes = 16;
const macBytes = 32;
const cookieCharacters = ((nonceBytes + macBytes) * 4) / 3;

const label = "authwright device cookie v1";
const signingKey = deriveKey(config.jwtSecretKey);
const verifyingKeys = config.jwtSecretKeyPrevious ? [signingKey, deriveKey(config.jwtSecretKeyPrevious)] : [signingKey];

/** Has no device: no account has this id. */
const nobody: DeviceOwner = { user: { id: "" }, sessionEpoch: 0 };

/** A new cookie for a device of the user: the same account never gets the same one twice. */
export function issueDeviceCookie(userId: string, epoch: number): string {
  const nonce = randomBytes(nonceBytes);
  return Buffer.concat([nonce, mac(nonce, userId, epoch, signingKey)]).toString("base64url");
}

/** What names the device, if it is one of whoever logs in with `usernameCanonical`; null for a stranger's. */
export async function recognizeDevice(
  { deviceCookies = [], refreshToken = "" }: DeviceProofs,
  usernameCanonical: string,
): Promise<string | null> {
  const cookies = deviceCookies.filter(({ length }) => length === cookieCharacters);
  const token = parseRefreshToken(refreshToken);
  if (cookies.length === 0 && !token) return null;
  // For a name that nobody has the same is done: a quicker refusal would tell it from others.
  const owner = (await findCredentials({ usernameCanonical })) ?? nobody;
  const cookie = cookies.find((value) => isDeviceOf(value, owner));
  if (cookie !== undefined) return cookie;
  return token && (await wasLastToken(token, owner)) ? token.sessionId : null;
}

function isDeviceOf(cookie: string, { user, sessionEpoch }: DeviceOwner): boolean {
  const bytes = Buffer.from(cookie, "base64url");
  // Of two spellings of the same bytes, each would have guesses of its own.
  if (bytes.toString("base64url") !== cookie) return false;
  const [nonce, tag] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes)];
  return verifyingKeys.some((key) => timingSafeEqual(mac(nonce, user.id, sessionEpoch, key), tag));
}

function mac(nonce: Buffer, userId: string, epoch: number, key: Buffer): Buffer {
  return createHmac("sha256", key)
    .update(label)
    .update(nonce)
    .update(JSON.stringify([userId, epoch]))
    .digest();
}

function deriveKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", label, 32));
}
