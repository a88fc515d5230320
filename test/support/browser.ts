import type { Answer } from "./api.js";
import { password } from "./cluster.js";

/** A browser as far as session cookies go: it keeps the one that it was given last, and sends it with every request. */
export interface Browser {
  send(url: string, method: string, path: string, body?: unknown): Promise<Answer>;
  cookie(): string;
}

/** A browser on pages of the site itself; `cookie` is what it holds from before. */
export function openBrowser(cookie = ""): Browser {
  let held = cookie;
  return {
    cookie: () => held,
    send: async (url, method, path, body) => {
      const headers = new Headers({ "sec-fetch-site": "same-origin", "auth-session": "cookie" });
      if (held) headers.set("cookie", held);
      if (body !== undefined) headers.set("content-type", "application/json");
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(url + path, { method, headers, ...sent });
      for (const line of answer.headers.getSetCookie()) if (!line.startsWith("__Host-device=")) held = kept(line);
      const text = await answer.text();
      const isJson = /[/+]json/.test(answer.headers.get("content-type") ?? "");
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text || undefined };
    },
  };
}

/** A new user, logged in by a cookie. */
export async function signUpInBrowser(url: string, username: string): Promise<Browser> {
  const browser = openBrowser();
  const { status, body } = await browser.send(url, "POST", "/api/auth/signup", { username, password });
  if (status !== 201) throw new Error(`signup answered ${status}: ${JSON.stringify(body)}`);
  return browser;
}

function kept(line: string): string {
  return line.includes("Max-Age=0;") ? "" : line.slice(0, line.indexOf(";"));
}
