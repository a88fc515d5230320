import { AuthError } from "../errors.js";
import { invalid } from "../input.js";
import { type Algorithm, algorithms } from "./algorithms.js";

/** What the header of a token says: nothing else, and in this order. */
export interface TokenHeader {
  readonly alg: Algorithm;
  readonly typ: typeof tokenType;
}

/** What a token says before anybody has checked its signature. */
export interface UnverifiedToken {
  readonly header: TokenHeader;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly id: string;
  /** What is signed. */
  readonly signedText: string;
  readonly signature: Buffer;
}

/** RFC 8725, section 3.11: no token of another kind can be taken for one of these. */
const tokenType = "keypair+jwt";
/** Servers and proxies refuse long headers: many at 8 KB, for all of them together. */
const maxTokenCharacters = 4096;
const idForm = /^[\w-]{22}$/;

/** Each algorithm has one header, in one spelling: no other one is looked at. */
const headers = new Map(algorithms.map((alg) => [encode({ alg, typ: tokenType }), { alg, typ: tokenType } as const]));

/** Whether it is one of these tokens, good or not. */
export function isKeypairToken(token: string): boolean {
  return headers.has(token.slice(0, token.indexOf(".")));
}

/** The two parts of a token that are signed. */
export function textToSign(alg: Algorithm, payload: object): string {
  return `${encode({ alg, typ: tokenType })}.${encode(payload)}`;
}

/** @throws AuthError "ValidationError" for a token that would be refused: its claims are too long. */
export function compact(signedText: string, signature: Buffer): string {
  const token = `${signedText}.${signature.toString("base64url")}`;
  if (token.length > maxTokenCharacters) throw invalid("claims", "The token would be too long.");
  return token;
}

/**
 * What a token says, which anybody can have written: for logs and lists, never to decide by.
 *
 * @throws AuthError "InvalidAccessToken" for what is no such token, in its one spelling.
 */
export function readUnverified(token: unknown): UnverifiedToken {
  if (typeof token !== "string" || token.length > maxTokenCharacters) throw invalidToken();
  const [head = "", body = "", tail = "", ...more] = token.split(".");
  const header = headers.get(head);
  const payload = parsePayload(decode(body));
  const signature = decode(tail);
  const id = payload?.["jti"];
  if (more.length > 0 || !header || !payload || !signature || !isTokenId(id)) throw invalidToken();
  return { header, payload, id, signedText: `${head}.${body}`, signature };
}

/** The header of a token that nobody has checked. @throws AuthError "InvalidAccessToken" */
export function readUnverifiedHeader(token: unknown): TokenHeader {
  return readUnverified(token).header;
}

/** The claims of a token that nobody has checked. @throws AuthError "InvalidAccessToken" */
export function readUnverifiedPayload(token: unknown): Readonly<Record<string, unknown>> {
  return readUnverified(token).payload;
}

/** The id of a token that nobody has checked. @throws AuthError "InvalidAccessToken" */
export function readUnverifiedId(token: unknown): string {
  return readUnverified(token).id;
}

/** When a token that nobody has checked says it expires. @throws AuthError "InvalidAccessToken", also where it does not say. */
export function readUnverifiedExpiry(token: unknown): Date {
  const { exp } = readUnverified(token).payload;
  if (!Number.isSafeInteger(exp)) throw invalidToken();
  return new Date(Number(exp) * 1000);
}

/** @param why what is told to who holds a genuine token; nothing of another one is told. */
export function invalidToken(why?: string): AuthError {
  return new AuthError("InvalidAccessToken", why === undefined ? {} : { detail: why });
}

/** Whether `id` can be a token's id: nothing else is asked of a store. */
export function isTokenId(id: unknown): id is string {
  return typeof id === "string" && idForm.test(id);
}

/** Decoders are loose: without this, one token could be spelled in many ways. */
function decode(part: string): Buffer | null {
  const bytes = Buffer.from(part, "base64url");
  return part !== "" && bytes.toString("base64url") === part ? bytes : null;
}

/** JSON as we write it: so no name stands in it twice (RFC 7519, section 4). */
function parsePayload(bytes: Buffer | null): Record<string, unknown> | null {
  const json = bytes?.toString("utf8") ?? "";
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && JSON.stringify(value) === json ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
