import type { ErrorCode } from "../errors.js";
import * as inputs from "../input.js";
import { loginIsAddress, loginName } from "../login-name.js";
import { fieldEntries } from "../user-fields.js";
import type { Operation, OperationGroup } from "./operations.js";
import * as outputs from "./output.js";

/** Only where there is a field that no two users may share. */
export const uniqueFieldErrors: ErrorCode[] = fieldEntries.some(([, { unique }]) => unique)
  ? ["FieldNotAvailable"]
  : [];

const withDeviceCookie = { headers: outputs.deviceCookie };

/** What `routes/auth.ts` answers. */
const operations: Operation[] = [
  {
    id: "signUp",
    route: "POST /signup",
    topic: "Account",
    summary: "Create an account and log in",
    description: "Names that look or read the same are one name: the second is refused.",
    auth: "none",
    startsSession: true,
    body: inputs.signUpInput,
    success: {
      ...withDeviceCookie,
      status: 201,
      description: "The account, and its first session.",
      body: outputs.loggedIn,
    },
    errors: ["UsernameNotAvailable", ...uniqueFieldErrors, "TooManyRequests"],
  },
  {
    id: "logIn",
    route: "POST /login",
    topic: "Tokens",
    summary: "Log in",
    description:
      "An unknown name and a wrong password get the same answer, after the same time. A device of the owner's, known by its cookie or its last `refreshToken`, gets in while strangers guess at the account.",
    auth: "none",
    startsSession: true,
    body: inputs.logInInput,
    success: { ...withDeviceCookie, status: 200, description: "Who it is, and a new session.", body: outputs.loggedIn },
    errors: ["InvalidLoginCredentials", "TooManyRequests"],
  },
  {
    id: "refreshTokens",
    route: "POST /refresh-token",
    topic: "Tokens",
    summary: "Exchange a refresh token for the next tokens",
    description: "A refresh token is good once. One that comes back ends its login (RFC 9700, section 4.14.2).",
    auth: "none",
    body: inputs.refreshInput,
    success: { status: 200, description: "The next tokens.", body: outputs.tokens },
    errors: ["ForbiddenError"],
  },
  {
    id: "logOut",
    route: "POST /logout",
    topic: "Tokens",
    summary: "End a login",
    description:
      "By its refresh token, its access token, or both. Doing so twice is no error, nor is one that is not good beside one that is.",
    auth: "optional",
    body: inputs.optionalRefreshInput,
    bodyIsOptional: true,
    success: { status: 204, description: "The login has ended." },
    errors: [],
  },
  {
    id: "logOutEverywhere",
    route: "POST /logout-all",
    topic: "Sessions",
    summary: "End every login of the user, this one too",
    auth: "required",
    success: { status: 204, description: "All logins have ended." },
    errors: [],
  },
  {
    id: "getMe",
    route: "GET /me",
    topic: "Account",
    summary: "Who is asking",
    auth: "required",
    success: { status: 200, description: "The user.", body: outputs.userAnswer },
    errors: [],
  },
  {
    id: "updateMe",
    route: "PATCH /me",
    topic: "Account",
    summary: "Change the user",
    description: `Members that are left out stay as they are. A new ${loginIsAddress ? "" : `${loginName} or `}address takes \`currentPassword\`.`,
    auth: "required",
    body: inputs.profileInput,
    success: { status: 200, description: "The user as it is now.", body: outputs.userAnswer },
    errors: ["WrongPassword", "UsernameNotAvailable", ...uniqueFieldErrors, "TooManyRequests"],
  },
  {
    id: "deleteMe",
    route: "DELETE /me",
    topic: "Account",
    summary: "Delete the account",
    auth: "required",
    body: inputs.deleteInput,
    success: { status: 204, description: "The account is gone, and every session of it." },
    errors: ["WrongPassword", "AccountInUse", "TooManyRequests"],
  },
  {
    id: "changePassword",
    route: "PUT /password",
    topic: "Account",
    summary: "Change the password",
    description: "Every earlier session ends, the one that asks too; the answer holds a new one.",
    auth: "required",
    startsSession: true,
    body: inputs.passwordInput,
    success: { ...withDeviceCookie, status: 200, description: "A new session.", body: outputs.tokens },
    errors: ["WrongPassword", "TooManyRequests"],
  },
  {
    id: "getSessions",
    route: "GET /sessions",
    topic: "Sessions",
    summary: "The user's sessions",
    auth: "required",
    success: { status: 200, description: "The one that was used last comes first.", body: outputs.sessionsAnswer },
    errors: [],
  },
  {
    id: "endSession",
    route: "DELETE /sessions/{id}",
    topic: "Sessions",
    summary: "End one session",
    auth: "required",
    parameters: [{ name: "id", in: "path", description: "The id of a session.", schema: outputs.sessionId }],
    success: { status: 204, description: "It has ended." },
    errors: ["NotFound"],
  },
  {
    id: "validate",
    route: "POST /validate",
    topic: "Tokens",
    summary: "Ask whether a token is good",
    description: "For services in other languages. A refresh token is told good or not, and not spent.",
    auth: "optional",
    body: inputs.optionalRefreshInput,
    bodyIsOptional: true,
    success: { status: 204, description: "It is good." },
    errors: ["ForbiddenError"],
  },
  {
    id: "getHealth",
    route: "GET /health",
    topic: "Server",
    summary: "Whether the server and its database answer",
    auth: "none",
    success: { status: 204, description: "Both do." },
    errors: [],
  },
];

const bearer = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description: "An access token (RFC 6750, RFC 9068), signed and checked as RFC8725 asks.",
};

export const basicOperations: OperationGroup = { operations, securitySchemes: { bearer } };
