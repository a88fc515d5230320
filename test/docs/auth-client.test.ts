import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { x } from "tinyexec";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import {
  AuthProblem,
  createAuthClient,
  type Options,
  type Problem,
  type Routes,
  type Session,
  type TokenStore,
  type Tokens,
  tokensIn,
  type User,
} from "../../docs/examples/auth-client.js";
import type * as inputs from "../../templates/auth-basic/base/src/auth/input.js";
import type * as outputs from "../../templates/auth-openapi/base/src/auth/openapi/output.js";
import { type ComposedApp, composeApp, type RunningApp, startApp } from "../support/compose.js";
import { repo } from "../support/template-tree.js";

const password = "nine blue herons wade";

let app: ComposedApp;
let running: RunningApp;

beforeAll(async () => {
  app = await composeApp({});
  running = await startApp(app.dir, { ACCESS_TOKEN_MINUTES: "0.05" });
});

afterAll(async () => {
  await running?.stop();
  await app?.remove();
});

describe("a login whose access token has expired", () => {
  test("20 parallel requests refresh once, and all of them are answered", async () => {
    const { client, requests } = await loggedIn();
    await sleep(3_100);
    const answers = await Promise.all(times(20, () => client.fetch(`${running.url}/me-protected`)));
    expect(answers.map(({ status }) => status)).toEqual(times(20, () => 200));
    expect(refreshes(requests)).toBe(1);
  });

  test("requests of two tabs that share a store refresh once", async () => {
    const store = tokensIn(localStorage());
    const [one, other] = [await loggedIn({ store }), clientWith({ store })];
    await spoilToken(store);
    const ask = ({ client }: { client: typeof one.client }) => client.fetch(`${running.url}/me-protected`);
    const answers = await Promise.all(times(20, (n) => ask(n % 2 ? one : other)));
    expect(answers.map(({ status }) => status)).toEqual(times(20, () => 200));
    expect(refreshes(one.requests) + refreshes(other.requests)).toBe(1);
  });

  test("typed calls go on as well, and send their body again", async () => {
    const { client, requests, store } = await loggedIn();
    await spoilToken(store);
    const { user } = await client.call("PATCH /me", { body: { displayName: "Ada" } });
    expect(user.displayName).toBe("Ada");
    expect(refreshes(requests)).toBe(1);
  });

  test("with a dead refresh token: one attempt, one logout, each request hears 401, and none is sent again", async () => {
    let loggedOut = 0;
    const { client, requests, store } = await loggedIn({ onLoggedOut: () => loggedOut++ });
    const { refreshToken } = (await store.read()) as Tokens;
    await clientWith().client.call("POST /logout", { body: { refreshToken } });
    requests.length = 0;
    const answers = await Promise.all(times(20, () => client.fetch(`${running.url}/me-protected`)));
    expect(answers.map(({ status }) => status)).toEqual(times(20, () => 401));
    expect({ loggedOut, kept: await store.read(), sent: requests.length }).toEqual({
      loggedOut: 1,
      kept: null,
      sent: 21,
    });
    const next = await client.fetch(`${running.url}/me-protected`);
    expect([next.status, requests.length]).toEqual([401, 22]);
  });

  test("a server that can't refresh now ends no login", async () => {
    let isDown = true;
    const down = new Response('{"code":"ServiceUnavailable"}', { status: 503 });
    const { client, store } = await loggedIn({
      fetch: async (url, init) => (isDown && isRefresh(url) ? down.clone() : fetch(url, init)),
    });
    await spoilToken(store);
    const answers = await Promise.all(times(5, () => client.fetch(`${running.url}/me-protected`)));
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(
      times(5, () => ({ code: "ServiceUnavailable" })),
    );
    expect(await store.read()).not.toBeNull();
    isDown = false;
    expect((await client.fetch(`${running.url}/me-protected`)).status).toBe(200);
  });

  test.each([400, 401, 403])("a proxy's own page, with %d, in place of new tokens ends no login", async (status) => {
    let isBlocked = true;
    const page = new Response("<h1>Blocked</h1>", { status, headers: { "content-type": "text/html" } });
    const { client, store } = await loggedIn({
      fetch: async (url, init) => (isBlocked && isRefresh(url) ? page.clone() : fetch(url, init)),
    });
    await spoilToken(store);
    const answer = await client.fetch(`${running.url}/me-protected`);
    expect([answer.status, await answer.text()]).toEqual([status, "<h1>Blocked</h1>"]);
    await expect(client.call("GET /me")).rejects.toMatchObject({ problem: { status, code: "Unknown" } });
    isBlocked = false;
    expect((await client.fetch(`${running.url}/me-protected`)).status).toBe(200);
  });

  test("a network that fails in mid-refresh, or in mid-answer, ends no login", async () => {
    const cut = () => new ReadableStream({ pull: (body) => body.error(new TypeError("terminated")) });
    const failures = [() => Promise.reject(new TypeError("fetch failed")), async () => new Response(cut())];
    const { client, store } = await loggedIn({
      fetch: async (url, init) => (isRefresh(url) && failures.shift()?.()) || fetch(url, init),
    });
    await spoilToken(store);
    await expect(client.call("GET /me")).rejects.toThrow("fetch failed");
    await expect(client.call("GET /me")).rejects.toThrow("terminated");
    expect((await client.call("GET /me")).user).toBeDefined();
  });

  test("a request that is refused with new tokens too is not sent a third time", async () => {
    const { client, requests } = await loggedIn({
      fetch: async (url, init) => (isMine(url) ? new Response(null, { status: 401 }) : fetch(url, init)),
    });
    requests.length = 0;
    expect((await client.fetch(`${running.url}/me-protected`)).status).toBe(401);
    expect(requests.map(isRefresh)).toEqual([false, true, false]);
  });
});

describe("what changes while a refresh is under way stays", () => {
  test("a logout is not undone", async () => {
    const { client, store } = await loggedIn();
    await spoilToken(store);
    const asked = client.fetch(`${running.url}/me-protected`);
    const loggedOut = client.logOut();
    expect([(await asked).status, await loggedOut, await store.read()]).toEqual([401, undefined, null]);
  });

  test("a request of one user is not sent again as another who has logged in since", async () => {
    const store = tokensIn(localStorage());
    const other = clientWith({ store });
    const one = await loggedIn({
      store,
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        if (isMine(url)) await signUp(other.client);
        return answer;
      },
    });
    await spoilToken(store);
    one.requests.length = 0;
    expect((await one.client.fetch(`${running.url}/me-protected`)).status).toBe(401);
    expect(one.requests).toHaveLength(1);
    expect((await other.client.call("GET /me")).user.username).not.toBe(one.username);
  });
});

describe("logging in and out", () => {
  test("tokens of answers are kept: of a login, and of a new password", async () => {
    const { client, username } = await loggedIn();
    await client.call("PUT /password", { body: { currentPassword: password, newPassword: "ten green herons fish" } });
    expect((await client.call("GET /me")).user.username).toBe(username);
    const { sessions } = await client.call("GET /sessions");
    expect(sessions.map(({ current }) => current)).toEqual([true]);
    await client.call("DELETE /sessions/{id}", { params: { id: sessions[0]?.id ?? "" } });
    await expect(client.call("GET /me")).rejects.toThrow(AuthProblem);
    expect(await client.isLoggedIn()).toBe(false);
  });

  test("a wrong password is a problem with its code, and asks for no refresh", async () => {
    const { client, username, requests } = await loggedIn();
    const wrong = client.call("POST /login", { body: { username, password: "wrong" } });
    await expect(wrong).rejects.toMatchObject({ problem: { status: 401, code: "InvalidLoginCredentials" } });
    expect(refreshes(requests)).toBe(0);
    expect(await client.isLoggedIn()).toBe(true);
  });

  test.each(["<h1>Bad Gateway</h1>", ""])("an answer of a proxy, %j, is a problem too", async (text) => {
    const { client } = clientWith({ fetch: async () => new Response(text, { status: 502 }) });
    await expect(client.call("GET /health")).rejects.toMatchObject({ problem: { status: 502, code: "Unknown" } });
  });

  test.each(["POST /logout-all", "DELETE /me"] as const)("%s forgets the tokens", async (route) => {
    const { client } = await loggedIn();
    await client.call(route, route === "DELETE /me" ? { body: { password } } : {});
    expect(await client.isLoggedIn()).toBe(false);
  });
});

test("its routes are those of the module, and its types those of the schemas that the document is made from", async () => {
  const documented = await find("templates/auth-openapi/base/src/auth/openapi/basic-operations.ts", /route: "(.+)"/g);
  expect(documented).toHaveLength(13);
  expect(await find("docs/examples/auth-client.ts", /^ {2}"([A-Z]+ \/\S*)": \{ body/gm)).toEqual(documented);
  expectTypeOf<User>().toEqualTypeOf<z.output<typeof outputs.user>>();
  expectTypeOf<Session>().toEqualTypeOf<z.output<typeof outputs.session>>();
  expectTypeOf<Tokens>().toEqualTypeOf<z.output<typeof outputs.tokens>>();
  expectTypeOf<Answer<"POST /login">>().branded.toEqualTypeOf<z.output<typeof outputs.loggedIn>>();
  expectTypeOf<Answer<"GET /me">>().toEqualTypeOf<z.output<typeof outputs.userAnswer>>();
  expectTypeOf<Answer<"GET /sessions">>().toEqualTypeOf<z.output<typeof outputs.sessionsAnswer>>();
  expectTypeOf<Body<"POST /signup">>().toExtend<z.input<typeof inputs.signUpInput>>();
  expectTypeOf<Body<"POST /login">>().toEqualTypeOf<z.input<typeof inputs.logInInput>>();
  expectTypeOf<Body<"PATCH /me">>().toExtend<z.input<typeof inputs.profileInput>>();
  expectTypeOf<keyof Body<"PATCH /me">>().toEqualTypeOf<keyof z.input<typeof inputs.profileInput>>();
  expectTypeOf<Body<"PUT /password">>().toEqualTypeOf<z.input<typeof inputs.passwordInput>>();
  expectTypeOf<Body<"DELETE /me">>().toEqualTypeOf<z.input<typeof inputs.deleteInput>>();
  expectTypeOf<keyof Problem>().toEqualTypeOf<"type" | "title" | "status" | "detail" | "code" | "errors">();
});

test("where people log in with their address, the edit that it names makes it that server's client", async () => {
  const source = await readFile(join(repo, "docs/examples/auth-client.ts"), "utf8");
  const edited = source
    .replace("  username: string;\n  email: string | null;", "  email: string;")
    .replace("  username: string;\n  password", "  email: string;\n  password")
    .replace("  username?: string;\n", "")
    .replace("email?: string | null;", "email?: string;");
  expect(edited).not.toMatch(/^ *username/m);
  const other = await composeApp({ login: "email", items: ["auth-email"] });
  const server = await startApp(other.dir);
  try {
    const use = `import { createAuthClient, type User } from "./auth-client.js";
const auth = createAuthClient({ baseUrl: process.argv[2] + "/api/auth" });
const credentials = { email: "Ada@Example.org", password: "nine blue herons wade" };
await auth.call("POST /signup", { body: credentials });
await auth.call("POST /login", { body: credentials });
const { user }: { user: User } = await auth.call("GET /me");
const shown: string = user.email;
console.log(JSON.stringify([shown, Object.keys(user)]));
`;
    await Promise.all([
      writeFile(join(other.dir, "auth-client.ts"), edited),
      writeFile(join(other.dir, "use.ts"), use),
    ]);
    const tsc = join(repo, "node_modules/typescript/bin/tsc");
    const strict = ["--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom"];
    const modules = ["--module", "nodenext", "--types", "node", "--skipLibCheck", "--noEmit", "--ignoreConfig"];
    const nodeOptions = { cwd: other.dir };
    expect((await x(process.execPath, [tsc, ...strict, ...modules, "use.ts"], { nodeOptions })).stdout).toBe("");
    const { stdout } = await x(process.execPath, ["--import", "tsx", "use.ts", server.url], { nodeOptions });
    expect(JSON.parse(stdout)).toEqual(["Ada@Example.org", ["id", "email", "displayName", "createdAt"]]);
  } finally {
    await server.stop();
    await other.remove();
  }
});

test("it compiles in a front end, under strict rules, with the store for all tabs", async () => {
  const files = ["auth-client.ts", "tokens-of-all-tabs.ts"].map((name) => join(repo, "docs/examples", name));
  const tsc = join(repo, "node_modules/typescript/bin/tsc");
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--verbatimModuleSyntax"];
  const target = ["--target", "es2022", "--lib", "es2022,dom", "--module", "esnext", "--moduleResolution", "bundler"];
  const args = ["--ignoreConfig", "--noEmit", "--types", "", ...strict, ...target, ...files];
  const { stdout, exitCode } = await x(process.execPath, [tsc, ...args]);
  expect([exitCode, stdout]).toEqual([0, ""]);
});

type Answer<Route extends keyof Routes> = Routes[Route]["answer"];
type Body<Route extends keyof Routes> = Routes[Route]["body"];

async function find(path: string, pattern: RegExp): Promise<(string | undefined)[]> {
  const text = await readFile(join(repo, path), "utf8");
  return [...text.matchAll(pattern)].map(([, found]) => found).sort();
}

/** A client, and what it has sent. */
function clientWith(options: Partial<Options> = {}) {
  const requests: string[] = [];
  const store: TokenStore = options.store ?? tokensIn(localStorage());
  const send = options.fetch ?? fetch;
  const counted: typeof fetch = (url, init) => {
    requests.push(String(url));
    return send(url, init);
  };
  const client = createAuthClient({ baseUrl: `${running.url}/api/auth`, ...options, store, fetch: counted });
  return { client, requests, store };
}

async function loggedIn(options: Partial<Options> = {}) {
  const made = clientWith(options);
  return { ...made, username: await signUp(made.client) };
}

async function signUp(client: ReturnType<typeof createAuthClient>): Promise<string> {
  const username = `ada-${crypto.randomUUID().slice(0, 13)}`;
  await client.call("POST /signup", { body: { username, password } });
  return username;
}

function refreshes(requests: string[]): number {
  return requests.filter(isRefresh).length;
}

function isRefresh(url: string | URL | Request): boolean {
  return String(url).endsWith("/refresh-token");
}

function isMine(url: string | URL | Request): boolean {
  return String(url).endsWith("/me-protected");
}

/** Makes the access token one that the server refuses as it refuses an expired one. */
async function spoilToken(store: TokenStore): Promise<void> {
  const tokens = (await store.read()) as Tokens;
  await store.write({ ...tokens, accessToken: `${tokens.accessToken.slice(0, -4)}AAAA` });
}

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function localStorage() {
  const texts = new Map<string, string>();
  return {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
    removeItem: (key: string) => void texts.delete(key),
  };
}
