import { z } from "zod";
import { mostUsers } from "../admin/input.js";
import { secondFactorNeeded } from "../factors/errors.js";
import { factorOverdue } from "../factors/overdue.js";
import { loginName, maxLoginNameCharacters } from "../login-name.js";
import type { Operation, OperationGroup, Parameter } from "./operations.js";
import { time } from "./output.js";

/** The ways in that `loginChecks` stands in front of. */
const firstSteps = ["logIn", "startCookieSession", "reauthenticate", "restoreAccount"];

const id = z
  .string()
  .regex(/^[\w-]+$/)
  .max(64);
const kind = z
  .string()
  .regex(/^[a-z-]+$/)
  .max(64);
const factor = z.object({ kind, createdAt: time, lastUsedAt: time.nullable() });
const owner = z.object({
  id,
  [loginName]: z.string().regex(/^\S+$/).min(1).max(maxLoginNameCharacters),
  kinds: z.array(kind).max(16),
});

const ofUser: Parameter = { name: "id", in: "path", description: "The user's id.", schema: id };
const limit = z.int().min(1).max(mostUsers).meta({ format: "int32" });
const toAdmins: Pick<Operation, "topic" | "auth" | "roles"> = { topic: "Users", auth: "required", roles: ["admin"] };

const operations: Operation[] = [
  {
    id: "listFactorUsers",
    route: "GET /admin/factors",
    summary: "Users who have a second factor, page by page",
    ...toAdmins,
    parameters: [
      { name: "limit", in: "query", description: "Users of a page.", schema: limit },
      { name: "cursor", in: "query", description: "The `next` of the page before.", schema: id },
    ],
    success: {
      status: 200,
      description: "`next` is null at the end.",
      body: z.object({ users: z.array(owner).max(mostUsers), next: id.nullable() }),
    },
    errors: ["ForbiddenError"],
  },
  {
    id: "getUserFactors",
    route: "GET /admin/users/{id}/factors",
    summary: "The second factors of a user",
    ...toAdmins,
    parameters: [ofUser],
    success: {
      status: 200,
      description: "What they have set.",
      body: z.object({
        factors: z.array(factor).max(100),
        recoveryCodes: z.int().min(0).max(10).meta({ format: "int32" }),
      }),
    },
    errors: ["NotFound"],
  },
  {
    id: "removeUserFactors",
    route: "DELETE /admin/users/{id}/factors",
    summary: "Take away the factors of a user who has lost them",
    description:
      "Every session ends, and the time that their role gives to set a factor begins anew. Takes a login of the last 10 minutes, with two factors where the admin has one set.",
    ...toAdmins,
    parameters: [ofUser],
    success: { status: 204, description: "The user logs in with the password alone." },
    errors: ["NotFound", "ForbiddenError", secondFactorNeeded],
  },
  {
    id: "getFactorDeadline",
    route: "GET /factors/deadline",
    topic: "Second factors",
    summary: "Until when the user has to set a factor that their role needs",
    auth: "required",
    success: { status: 200, description: "Null where none is due.", body: z.object({ setBy: time.nullable() }) },
    errors: [],
  },
];

function amend(operation: Operation): Operation {
  if (!firstSteps.includes(operation.id)) return operation;
  return { ...operation, errors: [...operation.errors, factorOverdue] };
}

export const adminFactorOperations: OperationGroup = { operations, amend };
