import type { ErrorRequestHandler, Request, Response } from "express";
import { AuthError, codeOf, definitionOf, toProblem, withCauses } from "../auth/errors.js";
import { type ClientInfo, emit } from "../auth/events.js";
import { challenges } from "./authenticators.js";
import { clientOf } from "./client.js";

/**
 * Answers whatever went wrong in the router as application/problem+json (RFC 9457). Nothing goes on to Express's own
 * handler, not even what comes too late to be answered: that one logs causes, and a failed query has the values of its row.
 */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express knows an error handler by its four parameters
export const problemHandler: ErrorRequestHandler = (error: unknown, req, res, _next) => sendProblem(error, req, res);

/**
 * Answers with the problem behind `error`: never a stack, SQL or a library's text. Where the application has answered
 * already (its time limit was shorter) it does nothing: throwing here would end the process.
 */
export function sendProblem(error: unknown, req: Request, res: Response): void {
  const failure = toAuthError(error);
  const problem = toProblem(failure);
  if (problem.status >= 500) logFailure(failure, clientOf(req));
  if (res.headersSent) return;
  const challenge = failure.wwwAuthenticate ?? usualChallenge(failure, problem.status);
  if (challenge) res.setHeader("WWW-Authenticate", challenge);
  if (failure.retryAfterSeconds !== undefined) res.setHeader("Retry-After", String(failure.retryAfterSeconds));
  res.setHeader("Cache-Control", "no-store");
  res.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

/** RFC 6750, section 3: a request without a token hears the schemes only. */
function usualChallenge({ code }: AuthError, status: number): string | null {
  if (code === "InvalidAccessToken") return ['Bearer error="invalid_token"', ...challenges].join(", ");
  return status === 401 ? ["Bearer", ...challenges].join(", ") : null;
}

/** body-parser and express throw errors with a status and a type; everything unknown is the server's fault. */
function toAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error as AuthError;
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (status === 413) return new AuthError("PayloadTooLarge");
  if (status === 415) return new AuthError("UnsupportedMediaType");
  if (typeof status !== "number" || status < 400 || status > 499)
    return new AuthError("InternalError", { cause: error });
  const detail = type === "entity.parse.failed" ? "The body is not valid JSON." : "The request is not valid.";
  return new AuthError("ValidationError", { detail, issues: [{ path: "", message: detail }] });
}

/** Logs our own sentence, codes and places in the code, and no library's text: a database error can quote what a client sent. */
export function logFailure(error: unknown, client?: ClientInfo): void {
  const failure = toAuthError(error);
  const [, ...causes] = withCauses(failure).map(describe);
  const said = failure.message === definitionOf(failure.code).detail ? [] : [failure.message];
  const reason = [failure.code, ...said, ...causes].join(" < ");
  void emit({ event: "sys_error", outcome: "failure", reason, ...(client && { client }) });
}

function describe(error: Error): string {
  const frame = error.stack?.split("\n").find((line) => line.startsWith("    at ")) ?? "";
  return codeOf(error) ?? `${error.name}${frame.replace("    at ", " at ")}`;
}
