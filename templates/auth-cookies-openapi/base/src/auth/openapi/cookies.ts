import { z } from "zod";
import type { ErrorCode } from "../errors.js";
import { logInInput } from "../input.js";
import type { Operation, OperationGroup, Success } from "./operations.js";
import { deviceCookie, sessionId, time, tokens, user } from "./output.js";

const cookieSession = z.object({ id: sessionId, expiresAt: time }).meta({ id: "CookieSession" });
const knownSession = z.object({ id: sessionId, createdAt: time, lastUsedAt: time, expiresAt: time });

const setCookie = { "Set-Cookie": "`__Host-sid`: HttpOnly, Secure, SameSite=Lax. On http://localhost `sid-dev`." };
const bothCookies = { "Set-Cookie": `${setCookie["Set-Cookie"]} ${deviceCookie["Set-Cookie"]}` };
const clearedCookie = {
  ...setCookie,
  "Clear-Site-Data": 'Where a cookie went: `"cache"`, so that nothing shows what its session has seen.',
};
const authSession = {
  name: "Auth-Session",
  in: "header",
  description: "Asks for a session in a cookie. Who came by a cookie gets one anyway.",
  schema: z.literal("cookie"),
} as const;

/** What `auth/cookies/router.ts` answers. */
const operations: Operation[] = [
  {
    id: "startCookieSession",
    route: "POST /session",
    topic: "Cookie session",
    summary: "Log a browser in",
    auth: "none",
    body: logInInput,
    success: {
      status: 200,
      description: "Who it is, and a new session in a cookie.",
      headers: bothCookies,
      body: z.object({ user, session: cookieSession }),
    },
    errors: ["InvalidLoginCredentials", "ForbiddenError", "TooManyRequests"],
  },
  {
    id: "getCookieSession",
    route: "GET /session",
    topic: "Cookie session",
    summary: "Who is logged in",
    auth: "required",
    success: { status: 200, description: "The user and the session.", body: z.object({ user, session: knownSession }) },
    errors: [],
  },
  {
    id: "endCookieSession",
    route: "DELETE /session",
    topic: "Cookie session",
    summary: "Log a browser out",
    auth: "optional",
    success: { status: 204, description: "There is no session any more.", headers: clearedCookie },
    errors: ["ForbiddenError"],
  },
];

/** The cookie opens what an access token opens. What changes something takes a page of this site, or of SESSION_ORIGINS. */
function amend(operation: Operation): Operation {
  const { id, auth, route, errors, success, parameters = [], startsSession } = operation;
  const takesCookie = (auth === "required" || auth === "optional") && !route.startsWith("GET ");
  const guarded: Operation =
    takesCookie || startsSession ? { ...operation, errors: [...errors, ...refusals] } : operation;
  if (id === "logOut") return { ...guarded, success: { ...success, headers: clearedCookie } };
  return startsSession
    ? { ...guarded, parameters: [...parameters, authSession], success: eitherWay(success) }
    : guarded;
}

const refusals: ErrorCode[] = ["ForbiddenError"];

/** The session in a cookie where the tokens would be. */
function eitherWay(success: Success): Success {
  if (!(success.body instanceof z.ZodObject)) return success;
  const others = Object.entries(success.body.shape).filter(([name]) => !(name in tokens.shape));
  const inCookie = z.object({ ...Object.fromEntries(others), session: cookieSession });
  return { ...success, headers: { ...success.headers, ...bothCookies }, body: z.union([success.body, inCookie]) };
}

const cookie = {
  type: "apiKey",
  in: "cookie",
  name: "__Host-sid",
  description: "A cookie session. On http://localhost, in development, the name is `sid-dev`.",
};

export const cookieOperations: OperationGroup = { operations, amend, securitySchemes: { cookie } };
