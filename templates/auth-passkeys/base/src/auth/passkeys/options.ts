import { config } from "../config.js";
import { challengeSeconds } from "./challenge-store.js";
import { passkeyConfig } from "./config.js";
import { algorithms } from "./cose-key.js";
import type { Passkey } from "./store.js";

/** Who a passkey is made for, as authenticators show and know it. */
export interface PasskeyUser {
  handle: string;
  name: string;
  displayName: string;
}

const timeout = challengeSeconds * 1000;

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`: a passkey that is found without a name, of a user that it knows. */
export function creationOptions(challenge: string, { handle, ...user }: PasskeyUser, existing: readonly Passkey[]) {
  return {
    rp: { id: passkeyConfig.rpId, name: config.jwtIssuer },
    user: { id: handle, ...user },
    challenge,
    pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
    timeout,
    excludeCredentials: existing.map(descriptor),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    attestation: "none",
  };
}

/**
 * For `PublicKeyCredential.parseRequestOptionsFromJSON`. Nothing in it is of a user, unless `allowed` names their passkeys:
 * the authenticator finds those of the domain by itself.
 */
export function requestOptions(challenge: string, allowed: readonly Passkey[] = []) {
  return {
    challenge,
    rpId: passkeyConfig.rpId,
    timeout,
    allowCredentials: allowed.map(descriptor),
    userVerification: "required",
  };
}

function descriptor({ credentialId, transports }: Passkey) {
  return { type: "public-key", id: credentialId, transports };
}
