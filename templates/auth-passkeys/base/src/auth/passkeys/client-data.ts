import { hasDuplicateNames } from "../values/duplicate-names.js";

/** What the browser says of the page that asked (WebAuthn L3, section 5.8.1). */
export interface ClientData {
  type: unknown;
  challenge: string;
  origin: unknown;
  crossOrigin: unknown;
  topOrigin: unknown;
}

/** @throws Error for what is no JSON object with a challenge, in UTF-8, each member once. */
export function readClientData(bytes: Buffer): ClientData {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const read = JSON.parse(text) as Partial<ClientData> | null;
  if (typeof read !== "object" || typeof read?.challenge !== "string" || hasDuplicateNames(text))
    throw new TypeError("This is no client data.");
  const { type, challenge, origin, crossOrigin, topOrigin } = read;
  return { type, challenge, origin, crossOrigin, topOrigin };
}

/** Whether a page of ours has asked for that, itself: no page of others in which ours is framed, or the other way round. */
export function isAskedByUs(
  { type, origin, crossOrigin = false, topOrigin }: ClientData,
  wanted: "webauthn.create" | "webauthn.get",
  origins: readonly string[],
): boolean {
  const isOurs = typeof origin === "string" && origins.includes(origin);
  return type === wanted && isOurs && crossOrigin === false && topOrigin === undefined;
}
