/// <reference lib="dom" />
// `fetch` that proves a key with each request (DPoP, RFC 9449), for the server's auth-dpop: copy it beside auth-client.ts.
// It needs WebCrypto, which takes https or localhost. In `Tokens` of auth-client.ts, `tokenType` is "Bearer" | "DPoP" then.

/** A key of P-256. Scripts of the page can sign with it, and nobody can take it along. */
export type DpopKey = CryptoKeyPair;

const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const signature = { name: "ECDSA", hash: "SHA-256" };

/** A new key, whose private part can't be exported. */
export async function newDpopKey(): Promise<DpopKey> {
  return crypto.subtle.generateKey(algorithm, false, ["sign"]);
}

/**
 * The key of this origin, made at the first call and kept in IndexedDB, which stores keys without showing them: so a login
 * that outlives a reload keeps its key.
 */
export async function keptDpopKey(name = "auth-dpop"): Promise<DpopKey> {
  const made = await newDpopKey();
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore("keys");
  const database = await answerOf(opening);
  const keys = database.transaction("keys", "readwrite").objectStore("keys");
  const kept = await answerOf<DpopKey | undefined>(keys.get("key"));
  if (!kept) await answerOf(keys.put(made, "key"));
  database.close();
  return kept ?? made;
}

/**
 * `createAuthClient({ baseUrl, fetch: dpopFetch(key) })`: a login binds its tokens to the key, and everything after it
 * proves that. Where the server asks for a nonce, the request is sent once more; its body has to be a text, or other bytes
 * that are all there.
 *
 * Use it for your API alone: a proof tells nobody else anything, but a token is sent along.
 */
export function dpopFetch(
  key: DpopKey | Promise<DpopKey>,
  send: typeof fetch = (input, init) => fetch(input, init),
): typeof fetch {
  /** The newest nonce of each server. */
  const nonces = new Map<string, string>();

  async function sendProven(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const token = boundToken(headers);
    if (token) headers.set("Authorization", `DPoP ${token}`);
    const claims = { htm: (init.method ?? "GET").toUpperCase(), htu: url.origin + url.pathname };
    headers.set("DPoP", await prove(await key, { ...claims, nonce: nonces.get(url.origin), ath: await hashOf(token) }));
    const answer = await send(url, { ...init, headers });
    const nonce = answer.headers.get("DPoP-Nonce");
    if (nonce) nonces.set(url.origin, nonce);
    return answer;
  }

  return async (input, init = {}) => {
    if (input instanceof Request)
      throw new TypeError("Give dpopFetch a URL and its options: a Request can be sent once.");
    const url = new URL(String(input), globalThis.location?.href);
    const answer = await sendProven(url, init);
    return (await wantsNonce(answer)) ? sendProven(url, init) : answer;
  };
}

/** RFC 9449, sections 8 and 9: 400 where tokens are handed out, else 401. */
async function wantsNonce(answer: Response): Promise<boolean> {
  if (answer.status !== 400 && answer.status !== 401) return false;
  if (!answer.headers.has("DPoP-Nonce")) return false;
  const problem: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return (problem as { error?: unknown } | null)?.error === "use_dpop_nonce";
}

/** The access token, where it is bound to a key: one of a login before that still goes as a bearer. */
function boundToken(headers: Headers): string | undefined {
  const [, token, payload = ""] =
    /^Bearer (eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+)$/i.exec(headers.get("Authorization") ?? "") ?? [];
  return atob(payload.replace(/-/g, "+").replace(/_/g, "/")).includes('"cnf"') ? token : undefined;
}

/** RFC 9449, section 4.2. */
async function prove({ privateKey, publicKey }: DpopKey, claims: object): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const payload = { jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims };
  const text = [header, payload].map((part) => base64url(new TextEncoder().encode(JSON.stringify(part)))).join(".");
  const signed = await crypto.subtle.sign(signature, privateKey, new TextEncoder().encode(text));
  return `${text}.${base64url(new Uint8Array(signed))}`;
}

async function hashOf(token: string | undefined): Promise<string | undefined> {
  if (token === undefined) return undefined;
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
