import { z } from "zod";
import { idsInput, mostUsers, newUserInput, sorts, userInput } from "../admin/input.js";
import { roles } from "../admin/roles.js";
import { loginIsAddress, loginName } from "../login-name.js";
import { uniqueFieldErrors } from "./basic-operations.js";
import type { Operation, OperationGroup, Parameter } from "./operations.js";
import { time, user } from "./output.js";

const adminUser = z
  .object({ ...user.shape, role: z.enum(roles), emailVerifiedAt: time.nullable(), disabledAt: time.nullable() })
  .meta({ id: "ManagedUser" });
const adminUserAnswer = z.object({ user: adminUser });

const id = z
  .string()
  .regex(/^[\w-]+$/)
  .max(64);
const cursor = z
  .string()
  .regex(/^[\w-]+$/)
  .max(1024);
const beginning = z.string().regex(/^.+$/).max(254);
const deletion = z.object({
  id: z.string().regex(/^.+$/).max(64),
  deleted: z.boolean(),
  code: z.enum(["NotFound", "ForbiddenError", "AccountInUse", "ServiceUnavailable"]).optional(),
});

const ofUser: Parameter = { name: "id", in: "path", description: "The user's id.", schema: id };
const ofList: Parameter[] = [
  parameter("limit", "Users of a page.", z.int().min(1).max(mostUsers).meta({ format: "int32" })),
  parameter("cursor", "The `next` of the page before, of the same `sort`.", cursor),
  parameter("sort", "With a minus, downwards.", z.enum(sorts)),
  parameter("role", "Only of this role.", z.enum(roles)),
  parameter("disabled", "Only those who are, or are not.", z.enum(["true", "false"])),
  ...(loginIsAddress ? [] : [parameter(loginName, "What the name begins with.", beginning)]),
  parameter("email", "What the address begins with.", beginning),
];

const recent = "Takes a login within the last 10 minutes.";
const lastStays = "The last admin stays.";
const toAdmins: Pick<Operation, "topic" | "auth" | "roles"> = { topic: "Users", auth: "required", roles: ["admin"] };
const withUser = { status: 200, description: "The user as they are now.", body: adminUserAnswer } as const;

const operations: Operation[] = [
  {
    id: "listUsers",
    route: "GET /admin/users",
    summary: "Users, page by page",
    ...toAdmins,
    parameters: ofList,
    success: {
      status: 200,
      description: "`next` is null at the end.",
      body: z.object({ users: z.array(adminUser).max(mostUsers), next: cursor.nullable() }),
    },
    errors: ["ForbiddenError"],
  },
  {
    id: "createUser",
    route: "POST /admin/users",
    summary: "Make an account that has no password yet",
    description: `The user is sent a way to choose one, if there is a way. ${recent}`,
    ...toAdmins,
    body: newUserInput,
    success: {
      status: 201,
      description: "Who it is, and whether they are being told.",
      body: z.object({ user: adminUser, invited: z.boolean() }),
    },
    errors: ["ForbiddenError", "UsernameNotAvailable", ...uniqueFieldErrors],
  },
  {
    id: "deleteUsers",
    route: "DELETE /admin/users",
    summary: "Delete several users",
    description: `${lastStays} ${recent}`,
    ...toAdmins,
    body: idsInput,
    success: {
      status: 200,
      description: "What has become of each.",
      body: z.object({ results: z.array(deletion).max(mostUsers) }),
    },
    errors: ["ForbiddenError"],
  },
  {
    id: "getUser",
    route: "GET /admin/users/{id}",
    summary: "One user",
    ...toAdmins,
    parameters: [ofUser],
    success: { status: 200, description: "The user.", body: adminUserAnswer },
    errors: ["NotFound"],
  },
  {
    id: "updateUser",
    route: "PUT /admin/users/{id}",
    summary: "Change a user",
    description: `What is left out stays. Another role ends every session. ${lastStays} ${recent}`,
    ...toAdmins,
    parameters: [ofUser],
    body: userInput,
    success: withUser,
    errors: ["NotFound", "ForbiddenError", ...uniqueFieldErrors],
  },
  {
    id: "deleteUser",
    route: "DELETE /admin/users/{id}",
    summary: "Delete a user",
    description: `${lastStays} ${recent}`,
    ...toAdmins,
    parameters: [ofUser],
    success: { status: 204, description: "The account is gone." },
    errors: ["NotFound", "ForbiddenError", "AccountInUse"],
  },
  {
    id: "disableUser",
    route: "POST /admin/users/{id}/disable",
    summary: "Bar a user, and end every session",
    description: `${lastStays} ${recent}`,
    ...toAdmins,
    parameters: [ofUser],
    success: withUser,
    errors: ["NotFound", "ForbiddenError"],
  },
  {
    id: "enableUser",
    route: "POST /admin/users/{id}/enable",
    summary: "Let a user log in again",
    description: recent,
    ...toAdmins,
    parameters: [ofUser],
    success: withUser,
    errors: ["NotFound", "ForbiddenError"],
  },
  {
    id: "logOutUser",
    route: "POST /admin/users/{id}/logout",
    summary: "End every session of a user",
    description: recent,
    ...toAdmins,
    parameters: [ofUser],
    success: { status: 204, description: "All have ended." },
    errors: ["NotFound", "ForbiddenError"],
  },
  {
    id: "sendPasswordReset",
    route: "POST /admin/users/{id}/reset-password",
    summary: "Send a user the choice of a new password",
    description: `Refused where nothing can be sent. ${recent}`,
    ...toAdmins,
    parameters: [ofUser],
    success: { status: 202, description: "It is on its way.", body: z.object({}) },
    errors: ["NotFound", "ForbiddenError"],
  },
];

/** What `routes/admin.ts` answers, where it is mounted at `/admin` below the module's own path. */
export const adminOperations: OperationGroup = { operations };

function parameter(name: string, description: string, schema: z.ZodType): Parameter {
  return { name, in: "query", description, schema };
}
