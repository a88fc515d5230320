import type { IncomingMessage } from "node:http";
import express, { type NextFunction, type Request, type RequestHandler } from "express";
import { AuthError } from "../auth/errors.js";
import { invalid } from "../auth/input.js";
import { isRevoked } from "../auth/revocations.js";
import { isSessionId } from "../auth/sessions.js";
import { hasDuplicateNames } from "../auth/values/duplicate-names.js";

const maxBodyBytes = 32 * 1024;

/** Parses a JSON body, unless the application has done so already, and takes no other kind, nor a larger one of either. */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) => {
    if (!hasBody(req) || req.is("application/json")) next();
    else if (isUnread(req)) req.once("readable", () => next(req.read() === null ? undefined : otherKind()));
    else next(otherKind());
  },
  (req, _res, next) => next(isTooLarge(req) ? new AuthError("PayloadTooLarge") : undefined),
  express.json({ limit: maxBodyBytes, verify: checkText }),
  // Express 4 makes an empty object of no body.
  (req, _res, next) => {
    if (!hasBody(req)) req.body = undefined;
    unlessEnded(req, next);
  },
];

/** Threat: a body comes minutes after the headers that guards have let in, of somebody who was logged out meanwhile. */
function unlessEnded({ auth }: Request, next: NextFunction): void {
  const ended = auth !== undefined && isSessionId(auth.sessionId) && isRevoked(auth.sessionId);
  if (ended === false) next();
  else Promise.resolve(ended).then((has) => next(has ? new AuthError("InvalidAccessToken") : undefined), next);
}

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

/** The application may take larger bodies, or ones that say nothing of their length. */
function isTooLarge({ headers, body }: Request): boolean {
  return Number(headers["content-length"]) > maxBodyBytes || bytesLeft(body) < 0;
}

/** What `body`, as JSON without spaces, leaves of the limit; once that is below 0, the rest is not looked at. */
function bytesLeft(body: unknown): number {
  let left = maxBodyBytes + 1;
  const values = [body];
  while (values.length > 0 && left >= 0) {
    const value = values.pop();
    // Its shortest spelling, or half its brackets, and what stands behind it.
    left -= 2 + bytesOf(value);
    for (const part of partsOf(value)) values.push(part);
  }
  return left;
}

function bytesOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 1;
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}

function partsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) ? Object.entries(value).flat() : [];
}

/** RFC 8259: JSON that travels is UTF-8. */
function checkText(_req: IncomingMessage, _res: unknown, body: Buffer, charset: string): void {
  if (charset.toLowerCase() !== "utf-8") throw new AuthError("UnsupportedMediaType");
  if (hasDuplicateNames(body.toString("utf8"))) throw invalid("", "A member stands twice in the body.");
}
