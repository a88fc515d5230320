import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { ZodError } from "zod";

/** What no route has answered. */
export const notFound: RequestHandler = (_req, res) => {
  sendProblem(res, { status: 404, detail: "There is nothing here." });
};

/** What a route has thrown, as application/problem+json (RFC 9457). Only what the client did wrong is told to the client. */
export const handleErrors: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error);
  const problem = toProblem(error);
  if (problem.status >= 500) console.error(error);
  sendProblem(res, problem);
};

interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

function toProblem(error: unknown): Problem {
  if (error instanceof ZodError) {
    const errors = error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
    return { status: 400, detail: "The request is not valid.", errors };
  }
  const { status, message } = (error ?? {}) as { status?: unknown; message?: unknown };
  if (typeof status === "number" && status >= 400 && status < 500) return { status, detail: String(message) };
  return { status: 500, detail: "Something went wrong on our side." };
}

function sendProblem(res: Response, { status, ...rest }: Problem): void {
  const problem = { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, ...rest };
  res.status(status).type("application/problem+json").send(JSON.stringify(problem));
}
