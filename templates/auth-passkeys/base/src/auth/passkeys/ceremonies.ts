import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { type AuthenticatorData, readAuthenticatorData } from "./authenticator-data.js";
import { readWhole } from "./cbor.js";
import { isAskedByUs, readClientData } from "./client-data.js";
import { type Algorithm, algorithmOf, algorithms } from "./cose-key.js";
import { isEcdsaSignature } from "./der-signature.js";

// Around @simplewebauthn/server, which checks the domain and the signature, stands what it leaves open: it lets pages of
// others frame ours, compares counters before it has seen the signature, takes signatures with bytes behind them, and reads what is of no interest here.

const ecdsa: Algorithm = -7;

/** What an answer has to be an answer to. */
export interface Expected {
  challenge: string;
  rpId: string;
  origins: readonly string[];
  /** Whether the authenticator must know its user. That somebody is there is always asked. */
  verifiesUser: boolean;
}

/** `PublicKeyCredential.toJSON()` of a registration, what is needed of it; texts are canonical base64url. */
export interface RegistrationAnswer {
  id: string;
  response: { clientDataJSON: string; attestationObject: string };
}

/** The same of an authentication. */
export interface AssertionAnswer {
  id: string;
  response: { clientDataJSON: string; authenticatorData: string; signature: string };
}

/** A credential that was just made. */
export interface NewCredential extends Pick<AuthenticatorData, "isBackupEligible" | "isBackedUp" | "counter"> {
  id: string;
  /** COSE_Key, in base64url. */
  publicKey: string;
  algorithm: Algorithm;
}

/** What a right signature says. */
export type Assertion = Omit<AuthenticatorData, "attested">;

/** The challenge that the answer is about; null where it can't be read. */
export function challengeIn({ response }: RegistrationAnswer | AssertionAnswer): string | null {
  try {
    return readClientData(bytesOf(response.clientDataJSON)).challenge;
  } catch {
    return null;
  }
}

/** WebAuthn L3, section 7.1. Null for what must not be registered, whatever is wrong with it. */
export async function verifyRegistration(
  answer: RegistrationAnswer,
  expected: Expected,
): Promise<NewCredential | null> {
  try {
    return await registered(answer, expected);
  } catch {
    return null;
  }
}

async function registered({ id, response }: RegistrationAnswer, expected: Expected): Promise<NewCredential | null> {
  const bytes = authenticatorDataIn(bytesOf(response.attestationObject));
  const { attested, ...data } = readAuthenticatorData(bytes);
  const clientData = readClientData(bytesOf(response.clientDataJSON));
  if (!attested || !isAskedByUs(clientData, "webauthn.create", expected.origins) || !isProven(data, expected))
    return null;
  const algorithm = algorithmOf(attested.publicKey);
  const { verified } = await verifyRegistrationResponse({
    ...sharedOptions(expected),
    response: credential(id, { ...response, attestationObject: withoutStatement(bytes).toString("base64url") }),
    supportedAlgorithmIDs: [...algorithms],
  });
  if (!verified || attested.credentialId.toString("base64url") !== id) return null;
  return { id, publicKey: attested.publicKey.toString("base64url"), algorithm, ...data };
}

/**
 * WebAuthn L3, section 7.2. Null for a signature that is not that of the key, or not about what was asked. What a right one
 * says of counter and backup is compared by whoever knows the credential.
 *
 * @param publicKey COSE_Key in base64url, as `verifyRegistration` answers it.
 */
export async function verifyAssertion(
  answer: AssertionAnswer,
  publicKey: string,
  expected: Expected,
): Promise<Assertion | null> {
  try {
    return await asserted(answer, publicKey, expected);
  } catch {
    return null;
  }
}

async function asserted(
  { id, response }: AssertionAnswer,
  publicKey: string,
  expected: Expected,
): Promise<Assertion | null> {
  const data = readAuthenticatorData(bytesOf(response.authenticatorData));
  const clientData = readClientData(bytesOf(response.clientDataJSON));
  if (!isAskedByUs(clientData, "webauthn.get", expected.origins) || !isProven(data, expected)) return null;
  if (algorithmOf(bytesOf(publicKey)) === ecdsa && !isEcdsaSignature(bytesOf(response.signature))) return null;
  const { verified } = await verifyAuthenticationResponse({
    ...sharedOptions(expected),
    response: credential(id, response),
    // 0 is less than every counter: none is refused before its signature was seen.
    credential: { id, publicKey: new Uint8Array(bytesOf(publicKey)), counter: 0 },
  });
  return verified ? data : null;
}

function isProven({ isPresent, isVerified }: Assertion, { verifiesUser }: Expected): boolean {
  return isPresent && (isVerified || !verifiesUser);
}

function sharedOptions({ challenge, rpId, origins, verifiesUser }: Expected) {
  return {
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: rpId,
    requireUserVerification: verifiesUser,
  };
}

function credential<Response>(id: string, response: Response) {
  return { id, rawId: id, type: "public-key" as const, clientExtensionResults: {}, response };
}

/** The attestation statement beside it is skipped: who made an authenticator decides nothing here. */
function authenticatorDataIn(attestationObject: Buffer): Buffer {
  const members = readWhole(attestationObject);
  const bytes = members instanceof Map ? members.get("authData") : undefined;
  if (!Buffer.isBuffer(bytes)) throw new TypeError("This is no attestation object.");
  return bytes;
}

/** `{ fmt: "none", attStmt: {}, authData }` in CBOR: no code that reads certificates is reached. */
function withoutStatement(authData: Buffer): Buffer {
  const head = Buffer.from("a363666d74646e6f6e656761747453746d74a0686175746844617461", "hex");
  const length = Buffer.from([0x59, authData.length >> 8, authData.length & 0xff]);
  return Buffer.concat([head, length, authData]);
}

function bytesOf(base64url: string): Buffer {
  return Buffer.from(base64url, "base64url");
}
