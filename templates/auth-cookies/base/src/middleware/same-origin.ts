import cors from "cors";
import type { Request, RequestHandler } from "express";
import { cookieConfig } from "../auth/cookies/config.js";
import { AuthError } from "../auth/errors.js";

/** RFC 9110, section 9.2.1: these change nothing, or are not ours to keep from it. */
const safeMethods = ["GET", "HEAD", "OPTIONS"];
/** What browsers may say of an origin on the list: older ones nothing. */
const sitesOfListed = [undefined, "same-origin", "same-site", "cross-site"];
const preflightSeconds = 600;

/**
 * Refuses what another site may have made a browser send (CSRF), by what browsers say of a request and pages can't
 * change: the Fetch Metadata header, or an Origin of SESSION_ORIGINS. The Host header is not asked: rebound DNS changes it.
 *
 * @throws AuthError "ForbiddenError" for an unsafe method that comes from elsewhere, or does not say where from.
 */
export function checkSameOrigin({ method, headers }: Pick<Request, "method" | "headers">): void {
  const { origin, "sec-fetch-site": site } = headers;
  const isListed = origin !== undefined && cookieConfig.origins.includes(origin);
  const fromListed = isListed && sitesOfListed.some((one) => one === site);
  if (safeMethods.includes(method) || site === "same-origin" || fromListed) return;
  throw new AuthError("ForbiddenError", { detail: "This request did not come from a page of this site." });
}

/**
 * Lets pages of SESSION_ORIGINS read answers (CORS), and answers their preflights: `app.use("/orders", allowOrigins)`,
 * before `protectedRoute`. With an empty list it does nothing.
 */
export const allowOrigins: RequestHandler = cookieConfig.origins.length === 0 ? (_req, _res, next) => next() : listed();

function listed(): RequestHandler {
  return cors({
    origin: [...cookieConfig.origins],
    credentials: true,
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["Authorization", "Content-Type", "Auth-Session", "DPoP"],
    exposedHeaders: ["Retry-After", "WWW-Authenticate"],
    maxAge: preflightSeconds,
  });
}
