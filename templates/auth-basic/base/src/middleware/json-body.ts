import type { IncomingMessage } from "node:http";
import express, { type RequestHandler } from "express";
import { AuthError } from "../auth/errors.js";
import { invalid } from "../auth/input.js";

const maxBody = "32kb";

/**
 * Each text of a JSON body, and the colon behind it. One that is never closed ends with the body: otherwise each quote in
 * it would start a search of its own, and a large body take seconds.
 */
const texts = /"((?:[^"\\]|\\[\s\S]?)*)(?:"|$)\s*(:?)/g;

/** Parses a JSON body, unless the application has done so already, and takes no other kind. */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) => {
    if (!hasBody(req) || req.is("application/json")) next();
    else if (isUnread(req)) req.once("readable", () => next(req.read() === null ? undefined : otherKind()));
    else next(otherKind());
  },
  express.json({ limit: maxBody, verify: checkText }),
  // Express 4 makes an empty object of no body.
  (req, _res, next) => {
    if (!hasBody(req)) req.body = undefined;
    next();
  },
];

function otherKind(): AuthError {
  return new AuthError("UnsupportedMediaType");
}

/** A body in chunks may turn out to be empty, which is none: only its end tells. */
function isUnread({ headers, readableEnded, readableFlowing }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined && !readableEnded && readableFlowing === null;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** RFC 8259: JSON that travels is UTF-8. */
function checkText(_req: IncomingMessage, _res: unknown, body: Buffer, charset: string): void {
  if (charset.toLowerCase() !== "utf-8") throw new AuthError("UnsupportedMediaType");
  refuseDuplicateNames(body.toString("utf8"));
}

/** RFC 8259 leaves open which of two members wins; two parsers on the way may choose differently. */
function refuseDuplicateNames(text: string): void {
  const names = [...text.matchAll(texts)]
    .filter(([, , colon]) => colon === ":")
    .map(([, name]) => JSON.parse(`"${name}"`) as string);
  if (new Set(names).size < names.length) throw invalid("", "A member stands twice in the body.");
}
