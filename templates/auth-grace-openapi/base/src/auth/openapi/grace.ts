import { logInInput } from "../input.js";
import type { Operation, OperationGroup } from "./operations.js";
import { deviceCookie, loggedIn } from "./output.js";

const operations: Operation[] = [
  {
    id: "restoreAccount",
    route: "POST /account/restore",
    topic: "Account",
    summary: "Take back the deletion of an account, and log in",
    description: "What can't be restored gets the same answer as a wrong password.",
    auth: "none",
    startsSession: true,
    body: logInInput,
    success: { status: 200, description: "Who it is, and a new session.", headers: deviceCookie, body: loggedIn },
    errors: ["InvalidLoginCredentials", "TooManyRequests"],
  },
];

function amend(operation: Operation): Operation {
  if (operation.id !== "deleteMe") return operation;
  const description = "The account is closed, and every session of it. It can be restored for a while.";
  return { ...operation, success: { ...operation.success, description } };
}

export const graceOperations: OperationGroup = { operations, amend };
