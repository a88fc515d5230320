import { isLower, isSignatureOf } from "./algorithms.js";
import { invalidToken, type UnverifiedToken } from "./compact.js";
import { openPinned, type PinnedKey } from "./pinned-key.js";

interface Seen {
  readonly sealed: string;
  readonly key: PinnedKey;
}

const maxRecentTokens = 1000;

/**
 * Which signatures were good, by the whole token, so that each is checked once. It says nothing of whether a token still
 * lives: what is kept of its key is read anew each time, and must be the same text. When `recent` is full it takes the place of `older`.
 */
let recent = new Map<string, Seen>();
let older = new Map<string, Seen>();

/**
 * The key that has signed the token.
 *
 * @param sealed what is kept of the token's key.
 * @throws AuthError "InvalidAccessToken", or "ServiceUnavailable" for what is no key.
 */
export function keyThatSigned(token: UnverifiedToken, sealed: string): PinnedKey {
  const text = `${token.signedText}.${token.signature.toString("base64url")}`;
  const known = recent.get(text) ?? older.get(text);
  const seen = known?.sealed === sealed ? known : { sealed, key: checkSignature(token, sealed) };
  if (recent.get(text) !== seen) remember(text, seen);
  return seen.key;
}

function checkSignature({ header, id, signedText, signature }: UnverifiedToken, sealed: string): PinnedKey {
  const key = openPinned(id, sealed);
  const isGood = header.alg === key.alg && isSignatureOf(key.alg, key.publicKey, signedText, signature);
  if (!isGood || !isLower(key.alg, signature)) throw invalidToken();
  return key;
}

function remember(text: string, seen: Seen): void {
  if (recent.size >= maxRecentTokens) [recent, older] = [new Map<string, Seen>(), recent];
  recent.set(text, seen);
}
