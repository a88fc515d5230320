import type { ErrorCode } from "./errors.js";

interface ErrorRow {
  status: number;
  title: string;
  /** The code that clients see. */
  code: ErrorCode;
  detail: string;
}

/** Status codes of the Auth Basic table: a failed login is 409, a bad access token 403. */
export const errorTable: Record<ErrorCode, ErrorRow> = {
  UsernameNotAvailable: row("UsernameNotAvailable", 409, "Conflict", "This username is not available."),
  InvalidLoginCredentials: row("InvalidLoginCredentials", 409, "Conflict", "Wrong username or password."),
  NotAuthenticated: row("NotAuthenticated", 401, "Unauthorized", "Log in first."),
  InvalidAccessToken: row("ForbiddenError", 403, "Forbidden", "The access token is not valid."),
  ForbiddenError: row("ForbiddenError", 403, "Forbidden", "This is not allowed."),
  WrongPassword: row("WrongPassword", 403, "Forbidden", "The current password is wrong."),
  JWTEnvVariableMissing: row("JWTEnvVariableMissing", 500, "Internal Server Error", "The server is not configured."),
  ValidationError: row("ValidationError", 400, "Bad Request", "The input is not valid."),
  NotFound: row("NotFound", 404, "Not Found", "There is no such thing."),
  PayloadTooLarge: row("PayloadTooLarge", 413, "Content Too Large", "The body is too large."),
  UnsupportedMediaType: row("UnsupportedMediaType", 415, "Unsupported Media Type", "Send application/json."),
  TooManyRequests: row("TooManyRequests", 429, "Too Many Requests", "Too many attempts. Try again later."),
  InternalError: row("InternalError", 500, "Internal Server Error", "Something went wrong on the server."),
  ServiceUnavailable: row("ServiceUnavailable", 503, "Service Unavailable", "Try again in a moment."),
};

function row(code: ErrorCode, status: number, title: string, detail: string): ErrorRow {
  return { status, title, code, detail };
}
