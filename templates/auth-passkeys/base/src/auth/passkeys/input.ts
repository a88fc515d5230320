import { z } from "zod";
import { ifGiven, signUpFields } from "../input.js";
import { loginName, loginNameType } from "../login-name.js";
import { text } from "../user-fields.js";
import { boundedText } from "../values/text.js";
import { mostCredentialIdBytes } from "./authenticator-data.js";

/** How many a user may have: each is sent along when another one is made. */
export const mostPasskeys = 30;

const mostNameCharacters = 64;
/** More than authenticators write: who sends more is not asked what it is. */
const most = { clientData: 4096, attestation: 16_384, authenticatorData: 4096, signature: 1024, userHandle: 64 };

/** How an authenticator may be reached (WebAuthn L3, section 5.8.4). */
const transports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/** At most so many bytes in base64url, in the one spelling that they have: its length is looked at first. */
function bytes(mostBytes: number) {
  return boundedText(Math.ceil((mostBytes * 4) / 3))
    .refine((value) => value !== "" && isCanonical(value), { message: "This is not base64url." })
    .meta({ pattern: "^[\\w-]+$" });
}

function isCanonical(value: string): boolean {
  return Buffer.from(value, "base64url").toString("base64url") === value;
}

const credentialId = bytes(mostCredentialIdBytes);
const sameTwice = { message: "id and rawId differ.", path: ["rawId"] };

/** What browsers make of a new credential by `toJSON()`; other members are left out. */
export const newCredential = z
  .object({
    id: credentialId,
    rawId: ifGiven(credentialId),
    type: z.literal("public-key"),
    response: z.object({
      clientDataJSON: bytes(most.clientData),
      attestationObject: bytes(most.attestation),
      transports: ifGiven(z.array(boundedText(32).meta({ pattern: "^.*$" })).max(16)),
    }),
  })
  .refine(({ id, rawId = id }) => id === rawId, sameTwice);

/** The same of one that has signed. */
export const usedCredential = z
  .object({
    id: credentialId,
    rawId: ifGiven(credentialId),
    type: z.literal("public-key"),
    response: z.object({
      clientDataJSON: bytes(most.clientData),
      authenticatorData: bytes(most.authenticatorData),
      signature: bytes(most.signature),
      userHandle: ifGiven(bytes(most.userHandle)),
    }),
  })
  .refine(({ id, rawId = id }) => id === rawId, sameTwice);

export type NewCredentialInput = z.output<typeof newCredential>;
export type UsedCredentialInput = z.output<typeof usedCredential>;

const name = text(mostNameCharacters);

export const registerInput = z.object({ passkey: newCredential, name: ifGiven(name) });
export const loginInput = z.object({ passkey: usedCredential });
export const renameInput = z.object({ name });
export const signUpOptionsInput = z.object({ [loginName]: loginNameType, ...signUpFields });
export const passkeySignUpInput = z.object({
  [loginName]: loginNameType,
  ...signUpFields,
  passkey: newCredential,
  name: ifGiven(name),
});

export type SignUpOptionsInput = z.output<typeof signUpOptionsInput>;
export type PasskeySignUpInput = z.output<typeof passkeySignUpInput>;

/** What of the browser's hints is known: they decide nothing, and are sent back for the next one. */
export function knownTransports({ response }: NewCredentialInput): string[] {
  return transports.filter((known) => response.transports?.includes(known));
}
