import { STATUS_CODES } from "node:http";
import { types } from "node:util";
import { z } from "zod";
import { credentialErrors } from "./credential-errors.js";
import { loginNameInWords } from "./login-name.js";

/** The failures of the module itself. Each row is what clients see of one. */
export const errorTable = {
  UsernameNotAvailable: row(409, `This ${loginNameInWords} is not available.`),
  FieldNotAvailable: row(409, "Another account has this."),
  AccountInUse: row(409, "Other data still refers to this account, so it can't be deleted."),
  InvalidLoginCredentials: row(
    credentialErrors.InvalidLoginCredentials.status,
    `Wrong ${loginNameInWords} or password.`,
  ),
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

/** One of the module's own, or one that `defineError` was called with. */
export type AnyErrorCode = ErrorCode | (string & Record<never, never>);

/** What a problem holds beside the members of `Problem`: zod schemas by name. */
export type MemberSchemas = Readonly<Record<string, z.ZodType>>;

/** What clients see of a kind of failure, and what documents say of it. */
export interface ErrorDefinition<Members extends MemberSchemas = MemberSchemas> {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly members: Members;
}

type NoMembers = Record<never, never>;

const definitions = new Map<string, ErrorDefinition>();

/**
 * Adds a code to those of the table, with the members that its problems have:
 *
 *     export const captchaRequired = defineError("CaptchaRequired", 403, "Solve a captcha.", { siteKey: z.string() });
 *     throw new AuthError(captchaRequired, { members: { siteKey } });
 *
 * Call it once for each code, where a module is imported: what is wrong with a definition stops the start.
 */
export function defineError<Members extends MemberSchemas = NoMembers>(
  code: string,
  status: number,
  detail: string,
  members: Members = {} as Members,
): ErrorDefinition<Members> {
  if (definitions.has(code)) throw new Error(`The error code ${code} is defined twice.`);
  if (!Number.isInteger(status) || status < 400 || status > 599)
    throw new Error(`The error code ${code} needs a status from 400 to 599.`);
  const taken = reservedMembers.find((name) => name in members);
  if (taken) throw new Error(`The error code ${code} can't have a member ${taken}: every problem may have that.`);
  if (status >= 500 && Object.keys(members).length > 0)
    throw new Error(`The error code ${code} can't have members: clients hear nothing of what fails in the server.`);
  const definition = { code, ...row(status, detail), members };
  definitions.set(code, definition);
  return definition;
}

const reservedMembers = ["type", "title", "status", "detail", "instance", "code", "errors"];

for (const [code, { status, detail }] of Object.entries(errorTable)) defineError(code, status, detail);

export function definitionOf(kind: AnyErrorCode | ErrorDefinition): ErrorDefinition {
  const code = typeof kind === "string" ? kind : kind.code;
  const definition = definitions.get(code);
  if (!definition) throw new Error(`The error code ${code} is not defined.`);
  return definition;
}

/** The code that clients see of a failure. */
export function shownCode(code: AnyErrorCode): AnyErrorCode {
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
  /** Another challenge than that of RFC 6750: one of RFC 9470, say. ASCII alone. */
  wwwAuthenticate?: string;
  /** For the log only. */
  cause?: unknown;
}

type DetailsOf<Members extends MemberSchemas> = keyof Members extends never
  ? [details?: ErrorDetails]
  : [details: ErrorDetails & { members: z.input<z.ZodObject<Members>> }];

/** Every failure that the module answers with; anything else that is thrown becomes InternalError. */
export class AuthError<Members extends MemberSchemas = NoMembers> extends Error {
  override readonly name = "AuthError";
  readonly code: AnyErrorCode;
  readonly issues: InputIssue[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly wwwAuthenticate: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(kind: ErrorCode | ErrorDefinition<Members>, ...[details = {}]: DetailsOf<NoInfer<Members>>) {
    const { code, detail, members } = definitionOf(kind);
    const { wwwAuthenticate } = details;
    if (!isHeaderText(wwwAuthenticate)) throw new Error(`The challenge of ${code} can't stand in a header.`);
    super(details.detail ?? detail);
    if (details.cause !== undefined) Object.assign(this, { cause: details.cause });
    this.code = code;
    this.issues = details.issues;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.wwwAuthenticate = wwwAuthenticate;
    // A value may hold more than its type says, a row its hash: nothing stays but what is declared, at any depth.
    this.members = "members" in details ? z.object(members).parse(details.members) : {};
  }
}

/** Node refuses others when the answer is written, and then nobody answers. */
function isHeaderText(text = ""): boolean {
  return /^[ -~]*$/.test(text);
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

/** An error body of RFC 9457. `code`, `errors` for bad input, and what a definition declares, are extension members. */
export interface Problem {
  type: "about:blank";
  title: string;
  status: number;
  detail: string;
  code: AnyErrorCode;
  errors?: InputIssue[];
}

/** What the client sees of `error`. */
export function toProblem(error: AuthError): Problem {
  const { status, title, detail } = definitionOf(error.code);
  const shown = status < 500 ? error.message : detail;
  const problem: Problem = { type: "about:blank", title, status, detail: shown, code: shownCode(error.code) };
  if (error.issues) problem.errors = error.issues;
  return { ...problem, ...error.members };
}

/** RFC 9457: where `type` is about:blank, the title is the status's own. */
function row(status: number, detail: string) {
  return { status, title: STATUS_CODES[status] ?? "Error", detail };
}
