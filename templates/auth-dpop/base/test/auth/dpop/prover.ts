import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { currentNonce } from "../../../src/auth/dpop/nonces.js";
import { type Call, call, credentials, newName, password } from "../client.js";
import { type Answer, type Tokens, tokensOf } from "../shapes.js";

// A client of RFC 9449, and all that one can do wrong.

/** Where the tests ask, whatever port they use. */
export const origin = "http://localhost";

/** A client's key. */
export interface Prover {
  readonly privateKey: KeyObject;
  readonly jwk: Record<string, unknown>;
  /** RFC 7638. */
  readonly thumbprint: string;
}

/** What a test knows better than the client. `undefined` leaves a member out. */
export interface Changes {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

/** Somebody with a session that is bound to a key. */
export interface BoundPerson extends Tokens {
  name: string;
  prover: Prover;
}

export function newProver(): Prover {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" });
  const thumbprint = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
  return { privateKey, jwk: { kty, crv, x, y }, thumbprint };
}

/** A proof for `route`, "GET /orders": good, but for `changes`. */
export function prove(prover: Prover, route: string, token?: string, { header, claims }: Changes = {}): string {
  const [htm, path] = route.split(" ");
  const usual = {
    jti: randomUUID(),
    htm,
    htu: origin + path,
    iat: Math.floor(Date.now() / 1000),
    nonce: currentNonce(),
  };
  const ath = token === undefined ? {} : { ath: createHash("sha256").update(token).digest("base64url") };
  const head = { typ: "dpop+jwt", alg: "ES256", jwk: prover.jwk, ...header };
  return signed(prover, JSON.stringify(head), JSON.stringify({ ...usual, ...ath, ...claims }));
}

/** A JWT of these texts, signed with ES256 whatever they say. */
export function signed({ privateKey }: Pick<Prover, "privateKey">, header: string, payload: string): string {
  const text = [header, payload].map((part) => Buffer.from(part).toString("base64url")).join(".");
  const signature = sign("sha256", Buffer.from(text), { key: privateKey as never, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

/** One request of the module with the token of `person` and a proof. */
export async function callBound<Body = Answer["body"]>(
  person: Pick<BoundPerson, "accessToken" | "prover">,
  route: string,
  { changes, proof, mount = "/api/auth", headers, ...others }: Call & { changes?: Changes; proof?: string } = {},
): Promise<Answer<Body>> {
  const [method, path] = route.split(" ");
  const made = proof ?? prove(person.prover, `${method} ${mount}${path}`, person.accessToken, changes);
  const sent = { Authorization: `DPoP ${person.accessToken}`, DPoP: made, ...headers };
  return call<Body>(route, { ...others, mount, headers: sent });
}

/** Somebody who has just signed up, with a key. */
export async function signUpBound(prover: Prover = newProver()): Promise<BoundPerson> {
  const name = newName();
  const answer = await sendProof("POST /signup", prover, credentials(name, password));
  return { ...tokensOf(answer), name, prover };
}

/** A request without an access token, and with a proof. */
export async function sendProof(
  route: string,
  prover: Prover,
  body: Record<string, unknown>,
  changes?: Changes,
): Promise<Answer> {
  const [method, path] = route.split(" ");
  const DPoP = prove(prover, `${method} /api/auth${path}`, undefined, changes);
  return call(route, { body, headers: { DPoP } });
}
