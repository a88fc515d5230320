import { deleteInput } from "../input.js";
import { loginIsAddress, loginName } from "../login-name.js";
import type { Operation, OperationGroup } from "./operations.js";
import { deviceCookie, tokens } from "./output.js";

/** What the guards of `auth/sudo/router.ts` stand in front of, and when. */
const guarded: Record<string, string> = {
  changePassword: "Takes a login within the last 10 minutes.",
  deleteMe: "Takes a login within the last 10 minutes.",
  updateMe: `With ${loginIsAddress ? "" : `\`${loginName}\` or `}\`email\`, takes a login within the last 10 minutes.`,
};

const operations: Operation[] = [
  {
    id: "reauthenticate",
    route: "POST /reauthenticate",
    topic: "Sessions",
    summary: "Prove again who is there",
    description: "The login moves to a new session; the tokens of the old one are dead.",
    auth: "required",
    startsSession: true,
    body: deleteInput,
    success: { status: 200, description: "A new session.", headers: deviceCookie, body: tokens },
    errors: ["WrongPassword", "TooManyRequests"],
  },
];

function amend(operation: Operation): Operation {
  const takes = guarded[operation.id];
  if (takes === undefined) return operation;
  const description = [operation.description, takes].filter(Boolean).join(" ");
  return { ...operation, description, errors: [...operation.errors, "ForbiddenError"] };
}

export const sudoOperations: OperationGroup = { operations, amend };
