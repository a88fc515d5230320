import type { Request, Response } from "express";
import { issueDeviceCookie } from "../auth/owner-device.js";
import type { NewSession } from "../auth/sessions.js";

/** The prefix makes browsers refuse one that is not Secure, or that another host of the domain has set (RFC 6265bis). */
const name = "__Host-device";
/** As long as browsers keep a cookie. */
const maxAge = 400 * 86_400_000;
const mostCookies = 3;
/** More than a cookie of ours has, and the white space before it. What is cut off another is nothing that we read. */
const mostPairCharacters = 256;

/** The values of the device cookies of the request, whoever has made them up. */
export function deviceCookiesOf(req: Request): string[] {
  return cookieValues(req, name).slice(0, mostCookies);
}

/** Makes the browser known as one of the user's, until their session epoch moves. */
export function setDeviceCookie(res: Response, { userId, epoch }: { userId: string; epoch: number }): void {
  const value = issueDeviceCookie(userId, epoch);
  res.cookie(name, value, { httpOnly: true, secure: true, sameSite: "strict", path: "/", maxAge });
}

/** `session`, whose client is known as a device of its owner's from then on. */
export function withDeviceCookie(session: NewSession, res: Response): NewSession {
  return {
    ...session,
    deliver: async (stored) => {
      const delivered = await session.deliver(stored);
      setDeviceCookie(res, stored);
      return delivered;
    },
  };
}

/**
 * The values of all cookies of that name. Only what RFC 6265 puts between cookies is taken away: a name with white space of
 * another kind in front is another name, which any host of the domain may set, and `trim` would make ours of it.
 */
export function cookieValues(req: Request, cookieName: string): string[] {
  const pairs = (req.headers.cookie ?? "")
    .split(";")
    .map((pair) => pair.slice(0, mostPairCharacters).replace(/^[ \t]+/, ""));
  return pairs
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1).trim());
}
