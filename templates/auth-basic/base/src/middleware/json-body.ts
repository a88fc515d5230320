import type { IncomingMessage } from "node:http";
import express, { type RequestHandler } from "express";
import { AuthError } from "../auth/errors.js";
import { invalid } from "../auth/input.js";

const maxBody = "32kb";

/** Parses a JSON body, unless the application has done so already, and takes no other kind. */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) =>
    next(hasBody(req) && !req.is("application/json") ? new AuthError("UnsupportedMediaType") : undefined),
  express.json({ limit: maxBody, verify: refuseDuplicateNames }),
];

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** RFC 8259 leaves open which of two members wins; two parsers on the way may choose differently. */
function refuseDuplicateNames(_req: IncomingMessage, _res: unknown, body: Buffer): void {
  const names = [...body.toString("utf8").matchAll(/"((?:[^"\\]|\\.)*)"\s*(:?)/g)]
    .filter(([, , colon]) => colon === ":")
    .map(([, name]) => JSON.parse(`"${name}"`) as string);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid("", "A member stands twice in the body.");
}
