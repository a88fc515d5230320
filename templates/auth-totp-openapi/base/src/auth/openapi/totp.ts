import { z } from "zod";
import { codeAlreadyUsed, invalidChallenge, secondFactorNeeded, wrongCode } from "../factors/errors.js";
import { confirmInput, totpInput } from "../totp/input.js";
import type { Operation, OperationGroup } from "./operations.js";
import { deviceCookie, loggedIn, tokens } from "./output.js";

const strongest = "Takes a login of the last 10 minutes, with two factors where one is set.";
const guard: Operation["errors"] = ["ForbiddenError", secondFactorNeeded];

const enrolment = z.object({
  secret: z
    .string()
    .regex(/^[A-Z2-7]{32}$/)
    .max(32)
    .meta({ description: "To type." }),
  uri: z
    .string()
    .regex(/^otpauth:\/\/totp\/\S+$/)
    .max(4096)
    .meta({ description: "To scan: draw it as a QR code." }),
});

const operations: Operation[] = [
  {
    id: "enrolTotp",
    route: "POST /factors/totp",
    topic: "Second factors",
    summary: "A secret for an authenticator app",
    description: `Nothing is set before a code of it is confirmed. ${strongest}`,
    auth: "required",
    success: { status: 201, description: "The secret, twice.", body: enrolment },
    errors: [...guard, "TooManyRequests"],
  },
  {
    id: "confirmTotp",
    route: "POST /factors/totp/confirm",
    topic: "Second factors",
    summary: "Set the secret that waits, by a code of it",
    description: `The login moves to a new session; all others end. The code is spent. ${strongest}`,
    auth: "required",
    startsSession: true,
    body: confirmInput,
    success: { status: 200, description: "A new session.", headers: deviceCookie, body: tokens },
    errors: [...guard, wrongCode, "NotFound", "TooManyRequests"],
  },
  {
    id: "removeTotp",
    route: "DELETE /factors/totp",
    topic: "Second factors",
    summary: "Remove the authenticator app",
    description: `With the last factor the recovery codes go too. ${strongest}`,
    auth: "required",
    success: { status: 204, description: "It is removed." },
    errors: [...guard, "NotFound", "TooManyRequests"],
  },
  {
    id: "logInWithTotp",
    route: "POST /login/totp",
    topic: "Second factors",
    summary: "Go on with a login by a code of an authenticator app",
    description: "Each is good once. The session is delivered as this request asks.",
    auth: "none",
    startsSession: true,
    body: totpInput,
    success: { status: 200, description: "Who it is, and a new session.", headers: deviceCookie, body: loggedIn },
    errors: [
      invalidChallenge,
      wrongCode,
      codeAlreadyUsed,
      "InvalidAccessToken",
      "InvalidLoginCredentials",
      "TooManyRequests",
    ],
  },
];

export const totpOperations: OperationGroup = { operations };
