import { z } from "zod";
import {
  codeAlreadyUsed,
  invalidChallenge,
  secondFactorNeeded,
  secondFactorRequired,
  wrongCode,
} from "../factors/errors.js";
import { recoveryCodeInput } from "../factors/input.js";
import type { Operation, OperationGroup } from "./operations.js";
import { deviceCookie, loggedIn, time } from "./output.js";

/** The ways in that `loginChecks` stands in front of. */
const firstSteps = ["logIn", "startCookieSession", "reauthenticate", "restoreAccount"];

const kind = z
  .string()
  .regex(/^[a-z-]+$/)
  .max(64);
const factor = z.object({ kind, createdAt: time, lastUsedAt: time.nullable() }).meta({ id: "Factor" });
const recoveryCode = z
  .string()
  .regex(/^([a-z2-7]{4}-){5}[a-z2-7]{4}$/)
  .max(29);

const operations: Operation[] = [
  {
    id: "getFactors",
    route: "GET /factors",
    topic: "Second factors",
    summary: "The factors that the user has set, and how many recovery codes are left",
    auth: "required",
    success: {
      status: 200,
      description: "Both are empty for who logs in with the password alone.",
      body: z.object({
        factors: z.array(factor).max(100),
        recoveryCodes: z.int().min(0).max(10).meta({ format: "int32" }),
      }),
    },
    errors: [],
  },
  {
    id: "renewRecoveryCodes",
    route: "POST /recovery-codes",
    topic: "Second factors",
    summary: "Ten new recovery codes in place of all earlier ones",
    description: "Takes a factor that is set, and a login of the last 10 minutes with two factors.",
    auth: "required",
    success: {
      status: 201,
      description: "Shown this once.",
      body: z.object({ recoveryCodes: z.array(recoveryCode).min(10).max(10) }),
    },
    errors: ["ForbiddenError", secondFactorNeeded, "TooManyRequests"],
  },
  {
    id: "logInWithRecoveryCode",
    route: "POST /login/recovery-code",
    topic: "Second factors",
    summary: "Go on with a login by a recovery code",
    description: "Each is good once. The session is delivered as this request asks.",
    auth: "none",
    startsSession: true,
    body: recoveryCodeInput,
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

function amend(operation: Operation): Operation {
  if (!firstSteps.includes(operation.id)) return operation;
  return { ...operation, errors: [...operation.errors, secondFactorRequired] };
}

export const factorOperations: OperationGroup = { operations, amend };
