import type { Request, Response } from "express";
import { cookieValues } from "../../middleware/device-cookie.js";
import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import { cookieConfig } from "./config.js";
import { parseSessionCookie } from "./cookie-value.js";

declare module "../events.js" {
  interface EventNames {
    session_cookie_insecure: true;
  }
}

/** How the cookie of a connection is called, and whether browsers keep it to https. */
interface CookieKind {
  name: string;
  secure: boolean;
}

/** The prefix makes browsers refuse one that is not Secure, or that another host of the domain has set (RFC 6265bis). */
const overHttps: CookieKind = { name: "__Host-sid", secure: true };
/** For http://localhost while developing: accepted nowhere else. */
const onThisMachine: CookieKind = { name: "sid-dev", secure: false };
const thisMachine = /^(https?:\/\/)?(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

const mostCookies = 3;
/** Never "cookies" or "*": they take the cookies of every subdomain, and those by which a device is known. */
const clearedAtLogout = '"cache"';
const mostOriginCharacters = 256;

let saidSo = false;

/** The kind that the request may bring and get, or null: a cookie over plain http would be anybody's on the way. */
export function cookieKind(req: Request, inProduction: boolean = cookieConfig.inProduction): CookieKind | null {
  if (req.secure) return overHttps;
  return !inProduction && isLocal(req) ? onThisMachine : null;
}

/**
 * The origin is looked at too: a proxy that ends https may well ask for http://localhost. Forms of a page that has the
 * `Referrer-Policy: no-referrer` of helmet say `null` of it.
 */
function isLocal({ hostname, headers: { origin = "null" } }: Request): boolean {
  return isThisMachine(hostname ?? "") && (origin === "null" || isThisMachine(origin));
}

function isThisMachine(origin: string): boolean {
  return origin.length <= mostOriginCharacters && thisMachine.test(origin);
}

/** @throws AuthError "ForbiddenError" where no cookie may be set. */
export function requireCookieKind(req: Request, inProduction?: boolean): CookieKind {
  const kind = cookieKind(req, inProduction);
  if (!kind) throw new AuthError("ForbiddenError", { detail: needsHttps });
  if (!kind.secure && !saidSo) warnOnce();
  return kind;
}

const needsHttps =
  "Session cookies travel over https only. Behind a proxy that ends https, set the application's `trust proxy`.";

function warnOnce(): void {
  saidSo = true;
  const reason = "On http://localhost the session cookie is sid-dev, without Secure. Elsewhere it takes https.";
  void emit({ event: "session_cookie_insecure", outcome: "success", reason });
}

/** The sessions that the request's cookies name, whether they live or not: each costs a query. */
export function sessionIdsOf(req: Request, kind: CookieKind): string[] {
  const values = cookieValues(req, kind.name).slice(0, mostCookies);
  return values.flatMap((value) => parseSessionCookie(value) ?? []);
}

/** Sets the session cookie, in place of one that this response would have set already. */
export function setSessionCookie(res: Response, kind: CookieKind, value: string, maxAgeSeconds: number): void {
  const others = [res.getHeader("Set-Cookie") ?? []].flat().filter((line) => !String(line).startsWith(`${kind.name}=`));
  res.removeHeader("Set-Cookie");
  if (others.length > 0) res.setHeader("Set-Cookie", others.map(String));
  const maxAge = maxAgeSeconds * 1000;
  res.cookie(kind.name, value, { httpOnly: true, secure: kind.secure, sameSite: "lax", path: "/", maxAge });
}

/** Takes the cookie, and what the browser keeps of answers to it, away. */
export function clearSessionCookie(res: Response, kind: CookieKind): void {
  setSessionCookie(res, kind, "", 0);
  res.setHeader("Clear-Site-Data", clearedAtLogout);
}
