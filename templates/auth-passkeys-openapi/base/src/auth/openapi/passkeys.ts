import { z } from "zod";
import { loginNameInWords } from "../login-name.js";
import { algorithms } from "../passkeys/cose-key.js";
import {
  invalidPasskey,
  lastWayIn,
  passkeyBackupChanged,
  passkeyChallengeOver,
  passkeyTaken,
  tooManyPasskeys,
  unknownPasskey,
} from "../passkeys/errors.js";
import {
  loginInput,
  mostPasskeys,
  passkeySignUpInput,
  registerInput,
  renameInput,
  signUpOptionsInput,
  usedCredential,
} from "../passkeys/input.js";
import { uniqueFieldErrors } from "./basic-operations.js";
import type { Operation, OperationGroup } from "./operations.js";
import { deviceCookie, loggedIn, time } from "./output.js";

const topic = "Passkeys";

const base64url = (most: number) =>
  z
    .string()
    .regex(/^[\w-]+$/)
    .max(most);
const passkeyId = z
  .string()
  .regex(/^[\w-]{43}$/)
  .max(43);
const idOfPasskey = { name: "id", in: "path" as const, description: "The `id` of a passkey.", schema: passkeyId };
const transport = z
  .string()
  .regex(/^[a-z-]+$/)
  .max(32);
const type = z.literal("public-key");
const credentialId = base64url(1364);
const name = z
  .string()
  .regex(/^\P{Cc}+$/u)
  .min(1)
  .max(256);
const challenge = base64url(43);
const timeout = z.int().min(1).max(3_600_000).meta({ format: "int32", description: "Milliseconds." });
const credentials = z
  .array(z.object({ type, id: credentialId, transports: z.array(transport).max(16) }))
  .max(mostPasskeys);
const userVerification = z.literal("required");
const rpId = z
  .string()
  .regex(/^[a-z0-9.-]+$/)
  .max(253);

const passkey = z
  .object({
    id: passkeyId,
    credentialId: credentialId.meta({ description: "As browsers know it: for `signalAllAcceptedCredentials`." }),
    name,
    transports: z.array(transport).max(16),
    backedUp: z.boolean().meta({ description: "Whether it is on other devices, too." }),
    createdAt: time,
    lastUsedAt: time.nullable(),
  })
  .meta({ id: "Passkey" });
const onePasskey = z.object({ passkey });

const creationOptions = z.object({
  publicKey: z
    .object({
      rp: z.object({ id: rpId, name }),
      user: z.object({ id: base64url(86), name, displayName: name }),
      challenge,
      pubKeyCredParams: z.array(z.object({ type, alg: z.literal([...algorithms]) })).max(algorithms.length),
      timeout,
      excludeCredentials: credentials,
      authenticatorSelection: z.object({
        residentKey: z.literal("required"),
        requireResidentKey: z.literal(true),
        userVerification,
      }),
      attestation: z.literal("none"),
    })
    .meta({ id: "PasskeyCreationOptions" }),
});

const requestOptions = z.object({
  publicKey: z
    .object({ challenge, rpId, timeout, allowCredentials: credentials, userVerification })
    .meta({ id: "PasskeyRequestOptions" }),
});

const forCreate =
  "Hand `publicKey` to `PublicKeyCredential.parseCreationOptionsFromJSON`. It is good once, for 5 minutes.";
const forGet = "Hand `publicKey` to `PublicKeyCredential.parseRequestOptionsFromJSON`. It is good once, for 5 minutes.";
const guarded =
  "Takes a login within the last 10 minutes, and of whoever has a passkey one that was proven with a passkey, or with two factors.";
const switchedOn = "Only where `PASSKEY_SIGNUP` is on: else it answers NotFound.";

/** What `auth/passkeys/router.ts` answers. */
const operations: Operation[] = [
  {
    id: "getPasskeyOptions",
    route: "POST /passkeys/options",
    topic,
    summary: "What a browser needs to make a passkey",
    description: `${forCreate} ${guarded}`,
    auth: "required",
    success: { status: 200, description: "Options for `navigator.credentials.create`.", body: creationOptions },
    errors: ["ForbiddenError", "TooManyRequests"],
  },
  {
    id: "addPasskey",
    route: "POST /passkeys",
    topic,
    summary: "Add the passkey that was made",
    description: `Takes what \`toJSON()\` of the new credential answers. ${guarded}`,
    auth: "required",
    body: registerInput,
    success: { status: 201, description: "The passkey.", body: onePasskey },
    errors: ["ForbiddenError", passkeyChallengeOver, invalidPasskey, passkeyTaken, tooManyPasskeys, "TooManyRequests"],
  },
  {
    id: "getPasskeys",
    route: "GET /passkeys",
    topic,
    summary: "The user's passkeys",
    auth: "required",
    success: {
      status: 200,
      description: "The newest comes first.",
      body: z.object({ passkeys: z.array(passkey).max(mostPasskeys) }),
    },
    errors: [],
  },
  {
    id: "getPasskey",
    route: "GET /passkeys/{id}",
    topic,
    summary: "One of the user's passkeys",
    auth: "required",
    parameters: [idOfPasskey],
    success: { status: 200, description: "The passkey.", body: onePasskey },
    errors: ["NotFound"],
  },
  {
    id: "renamePasskey",
    route: "PATCH /passkeys/{id}",
    topic,
    summary: "Name a passkey",
    auth: "required",
    parameters: [idOfPasskey],
    body: renameInput,
    success: { status: 200, description: "The passkey.", body: onePasskey },
    errors: ["NotFound"],
  },
  {
    id: "removePasskey",
    route: "DELETE /passkeys/{id}",
    topic,
    summary: "Remove a passkey",
    description: `Sessions that it has started go on. ${guarded}`,
    auth: "required",
    parameters: [idOfPasskey],
    success: { status: 204, description: "It opens nothing any more." },
    errors: ["ForbiddenError", "NotFound", lastWayIn, "TooManyRequests"],
  },
  {
    id: "getPasskeyLoginOptions",
    route: "POST /passkeys/login/options",
    topic,
    summary: "What a browser needs to log in with a passkey",
    description: `${forGet} It is the same for everybody: the browser finds the passkeys that it has.`,
    auth: "none",
    success: { status: 200, description: "Options for `navigator.credentials.get`.", body: requestOptions },
    errors: ["TooManyRequests"],
  },
  {
    id: "logInWithPasskey",
    route: "POST /passkeys/login",
    topic,
    summary: "Log in with a passkey",
    description:
      "Takes what `toJSON()` of the credential answers. It counts as two factors. With UnknownPasskey, tell the browser by `signalUnknownCredential`.",
    auth: "none",
    startsSession: true,
    body: loginInput,
    success: { status: 200, description: "Who it is, and a new session.", headers: deviceCookie, body: loggedIn },
    errors: [passkeyChallengeOver, unknownPasskey, invalidPasskey, passkeyBackupChanged, "TooManyRequests"],
  },
  {
    id: "getPasskeySignUpOptions",
    route: "POST /passkeys/signup/options",
    topic,
    summary: "What a browser needs to sign up with a passkey",
    description: `${forCreate} ${switchedOn}`,
    auth: "none",
    body: signUpOptionsInput,
    success: { status: 200, description: "Options for `navigator.credentials.create`.", body: creationOptions },
    errors: ["NotFound", "TooManyRequests"],
  },
  {
    id: "signUpWithPasskey",
    route: "POST /passkeys/signup",
    topic,
    summary: "Create an account without a password",
    description: `Takes the ${loginNameInWords} of the options, and what \`toJSON()\` of the new credential answers. ${switchedOn}`,
    auth: "none",
    startsSession: true,
    body: passkeySignUpInput,
    success: {
      status: 201,
      description: "The account, and its first session.",
      headers: deviceCookie,
      body: loggedIn,
    },
    errors: [
      "NotFound",
      "UsernameNotAvailable",
      ...uniqueFieldErrors,
      passkeyChallengeOver,
      invalidPasskey,
      passkeyTaken,
      "TooManyRequests",
    ],
  },
  {
    id: "getPasskeyStepUpOptions",
    route: "POST /reauthenticate/passkey/options",
    topic,
    summary: "What a browser needs to prove again who is there",
    description: `${forGet} Send what \`toJSON()\` answers as \`passkey\` to POST /reauthenticate.`,
    auth: "required",
    success: { status: 200, description: "Options for `navigator.credentials.get`.", body: requestOptions },
    errors: ["TooManyRequests"],
  },
];

/** A step-up takes a passkey in place of the password. */
function amend(operation: Operation): Operation {
  if (operation.id !== "reauthenticate") return operation;
  const body = operation.body?.partial().extend({ passkey: usedCredential.optional() }).meta({ minProperties: 1 });
  const errors = [passkeyChallengeOver, unknownPasskey, invalidPasskey, passkeyBackupChanged];
  return { ...operation, ...(body && { body }), errors: [...operation.errors, ...errors] };
}

export const passkeyOperations: OperationGroup = { operations, amend };
