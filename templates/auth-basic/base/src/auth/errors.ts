import { STATUS_CODES } from "node:http";
import { types } from "node:util";
import { credentialErrors } from "./credential-errors.js";

/** The closed list of failures. Each row is what clients see of one. */
export const errorTable = {
  UsernameNotAvailable: row(409, "This username is not available."),
  FieldNotAvailable: row(409, "Another account has this."),
  InvalidLoginCredentials: row(credentialErrors.InvalidLoginCredentials.status, "Wrong username or password."),
  NotAuthenticated: row(401, "Log in first."),
  InvalidAccessToken: row(credentialErrors.InvalidAccessToken.status, "The access token is not valid."),
  ForbiddenError: row(403, "This is not allowed."),
  WrongPassword: row(403, "The current password is wrong."),
  JWTEnvVariableMissing: row(500, "The server is not configured."),
  ValidationError: row(400, "The input is not valid."),
  NotFound: row(404, "There is no such thing."),
  PayloadTooLarge: row(413, "The body is too large."),
  UnsupportedMediaType: row(415, "Send application/json."),
  TooManyRequests: row(429, "Too many attempts. Try again later."),
  InternalError: row(500, "Something went wrong on the server."),
  ServiceUnavailable: row(503, "Try again in a moment."),
};

export type ErrorCode = keyof typeof errorTable;

/** The code that clients see of a failure. */
export function shownCode(code: ErrorCode): ErrorCode {
  return code === "InvalidAccessToken" ? credentialErrors.InvalidAccessToken.code : code;
}

/** One thing wrong with the input: `path` names the member ("" is the body itself). */
export interface InputIssue {
  path: string;
  message: string;
}

interface ErrorDetails {
  /** Sent to the client: never put a secret, SQL or library text here. */
  detail?: string;
  issues?: InputIssue[];
  retryAfterSeconds?: number;
  /** For the log only. */
  cause?: unknown;
}

/** Every failure that the module answers with; anything else that is thrown becomes InternalError. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: ErrorCode;
  readonly issues: InputIssue[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, { detail, issues, retryAfterSeconds, cause }: ErrorDetails = {}) {
    super(detail ?? errorTable[code].detail);
    if (cause !== undefined) Object.assign(this, { cause });
    this.code = code;
    this.issues = issues;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The error, and what caused it, the root last. (`instanceof` would miss those of another realm: under jest, Node's own.) */
export function withCauses(error: unknown): Error[] {
  return types.isNativeError(error) ? [error, ...withCauses((error as { cause?: unknown }).cause)] : [];
}

/** The `code` that Node, the database drivers and this module give their errors. */
export function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** An error body of RFC 9457, with `code` (and `errors` for bad input) as extension members. */
export interface Problem {
  type: "about:blank";
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  errors?: InputIssue[];
}

/** What the client sees of `error`. */
export function toProblem(error: AuthError): Problem {
  const { status, title, detail } = errorTable[error.code];
  const shown = status < 500 ? error.message : detail;
  const problem: Problem = { type: "about:blank", title, status, detail: shown, code: shownCode(error.code) };
  return error.issues ? { ...problem, errors: error.issues } : problem;
}

/** RFC 9457: where `type` is about:blank, the title is the status's own. */
function row(status: number, detail: string) {
  return { status, title: STATUS_CODES[status] ?? "Error", detail };
}
