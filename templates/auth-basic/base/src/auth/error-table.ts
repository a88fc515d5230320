import { STATUS_CODES } from "node:http";
import { credentialErrors } from "./credential-errors.js";

/** The closed list of failures. Each row is what clients see of one. */
export const errorTable = {
  UsernameNotAvailable: row(409, "This username is not available."),
  AccountInUse: row(409, "Other data still refers to this account, so it can't be deleted."),
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

/** RFC 9457: where `type` is about:blank, the title is the status's own. */
function row(status: number, detail: string) {
  return { status, title: STATUS_CODES[status] ?? "Error", detail };
}
