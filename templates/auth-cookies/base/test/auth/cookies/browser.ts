import "./environment.js";
import { expect } from "vitest";
import { parseSessionCookie } from "../../../src/auth/cookies/cookie-value.js";
import { type Call, call, credentials, newName } from "../client.js";
import { type Answer, type AnswerBody, userOf } from "../shapes.js";

/** What a browser says of a request that a page of the site itself has made, over https. */
export const fromPage: Record<string, string> = { "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "same-origin" };

/** A browser in which somebody is logged in. */
export interface Browser {
  id: string;
  name: string;
  sessionId: string;
  /** The cookie's value. */
  value: string;
  headers: Record<string, string>;
}

export interface PageBody extends AnswerBody {
  session: { id: string; createdAt: string; expiresAt: string };
}

/** One request of a page; without a browser, of one that has no cookie. */
export async function page(
  route: string,
  { headers, ...more }: Call = {},
  browser?: Browser,
): Promise<Answer<PageBody>> {
  return call(route, { ...more, headers: { ...(browser?.headers ?? fromPage), ...headers } });
}

/** Somebody who has just signed up in a browser. */
export async function signUpInBrowser(): Promise<Browser> {
  const body = credentials(newName());
  const answer = await page("POST /signup", { body, headers: { "Auth-Session": "cookie" } });
  expect(answer.status).toBe(201);
  return browserOf(answer, userOf(answer));
}

/** The same person in another browser, or in the one that is given. */
export async function logInWithBrowser(name: string, headers: Record<string, string> = {}): Promise<Browser> {
  const answer = await page("POST /session", { body: credentials(name), headers });
  expect(answer.status).toBe(200);
  return browserOf(answer, userOf(answer));
}

/** The browser that has got this answer. */
export function browserOf(answer: Answer, { id, name }: { id: string; name: string }): Browser {
  const { value } = cookieOf(answer);
  const headers = { ...fromPage, Cookie: `__Host-sid=${value}` };
  return { id, name, value, headers, sessionId: parseSessionCookie(value) ?? "" };
}

/** The one session cookie that an answer sets. */
export function cookieOf(answer: Answer): { name: string; value: string; attributes: Record<string, string | true> } {
  const lines = cookieLines(answer);
  expect(lines).toHaveLength(1);
  const [pair = "", ...attributes] = (lines[0] ?? "").split("; ");
  const [name = "", value = ""] = pair.split("=");
  const entries = attributes
    .map((attribute) => attribute.split("="))
    .map(([key = "", text]) => [key, text ?? true] as const);
  return { name, value, attributes: Object.fromEntries(entries) };
}

/** Without the cookie that makes a device known, which opens nothing. */
export function cookieLines(answer: Answer): string[] {
  const lines: string[] = [answer.headers["set-cookie"] ?? []].flat();
  return lines.filter((line) => !line.startsWith("__Host-device="));
}
