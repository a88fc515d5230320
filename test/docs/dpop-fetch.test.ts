import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";
import fs from "fs-extra";
import { x } from "tinyexec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthClient, tokensInMemory } from "../../docs/examples/auth-client.js";
import { dpopFetch, newDpopKey } from "../../docs/examples/dpop-fetch.js";
import { noChromium, openChromium } from "../support/chromium.js";
import { type ComposedApp, composeApp, listens, type RunningApp, startApp } from "../support/compose.js";
import { freePort } from "../support/free-port.js";
import { unrun } from "../support/needs.js";
import { repo } from "../support/template-tree.js";

const password = "nine blue herons wade";

/** A page with the client in it, beside the module. */
const server = `import express from "express";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";

const page = \`<!doctype html><script type="module">
  import { createAuthClient, tokensIn } from "/auth-client.js";
  import { dpopFetch, keptDpopKey } from "/dpop-fetch.js";
  window.key = await keptDpopKey();
  window.auth = createAuthClient({ baseUrl: "/api/auth", store: tokensIn(sessionStorage), fetch: dpopFetch(window.key) });
</script>\`;

const app = express();
app.use("/api/auth", authRouter);
app.get("/orders", protectedRoute, (req, res) => void res.json({ of: req.auth?.userId }));
app.use(express.static("public"));
app.get("/", (_req, res) => void res.send(page));
${listens}`;

let app: ComposedApp;
let running: RunningApp;

beforeAll(async () => {
  app = await composeApp({ items: ["auth-dpop"], server });
  running = await startApp(app.dir, { ACCESS_TOKEN_MINUTES: "0.05" });
}, 60_000);
afterAll(async () => {
  await running?.stop();
  await app?.remove();
}, 60_000);

test("a client with a key logs in, reads, refreshes and logs out; the nonce costs it one request, once", async () => {
  const { auth, sent } = await client();
  const username = newName();
  const { user, tokenType } = await auth.call("POST /signup", { body: { username, password } });
  expect(tokenType).toBe("DPoP");
  expect(sent.splice(0)).toEqual(["/signup", "/signup"]);
  expect(await (await auth.fetch(`${running.url}/orders?page=1#top`)).json()).toEqual({ of: user.id });
  await auth.call("PATCH /me", { body: { displayName: "Ada" } });
  expect(sent.splice(0)).toHaveLength(2);
  await new Promise((resolve) => setTimeout(resolve, 3_100));
  expect((await auth.call("GET /me")).user.displayName).toBe("Ada");
  expect(sent.splice(0)).toEqual(["/me", "/refresh-token", "/me"]);
  await auth.call("PUT /password", { body: { currentPassword: password, newPassword: "ten green herons fish" } });
  await auth.logOut();
  expect(await auth.isLoggedIn()).toBe(false);
});

test("with its tokens and another key there is nothing to be had: no answer, no refresh", async () => {
  const store = tokensInMemory();
  const { auth } = await client(store);
  await auth.call("POST /signup", { body: { username: newName(), password } });
  const stolen = tokensInMemory();
  await stolen.write(await store.read());
  const thief = (await client(stolen)).auth;
  expect((await thief.fetch(`${running.url}/orders`)).status).toBe(401);
  expect(await thief.isLoggedIn()).toBe(false);
  const { accessToken, refreshToken } = (await store.read())!;
  const headers = { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" };
  expect((await fetch(`${running.url}/orders`, { headers })).status).toBe(401);
  const body = JSON.stringify({ refreshToken });
  expect((await fetch(`${running.url}/api/auth/refresh-token`, { method: "POST", headers, body })).status).toBe(400);
  expect((await auth.call("GET /me")).user).toBeDefined();
});

test("a login of before, whose tokens are bound to no key, goes on", async () => {
  const store = tokensInMemory();
  const before = createAuthClient({ baseUrl: `${running.url}/api/auth`, store });
  await before.call("POST /signup", { body: { username: newName(), password } });
  const { auth } = await client(store);
  expect((await auth.fetch(`${running.url}/orders`)).status).toBe(200);
});

test("requests at once, before there is a nonce, are sent once more each, and one refresh serves all", async () => {
  const store = tokensInMemory();
  const key = newDpopKey();
  await (await client(store, key)).auth.call("POST /signup", { body: { username: newName(), password } });
  const { auth, sent } = await client(store, key);
  const statuses = async (): Promise<number[]> => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => auth.fetch(`${running.url}/orders`)));
    return answers.map(({ status }) => status);
  };
  expect(await statuses()).toEqual(Array(10).fill(200));
  expect(sent.splice(0)).toHaveLength(20);
  await new Promise((resolve) => setTimeout(resolve, 3_100));
  expect(await statuses()).toEqual(Array(10).fill(200));
  expect(sent.filter((path) => path === "/refresh-token")).toHaveLength(1);
});

test("tokens of another kind go as they are, and a Request, which can't be sent twice, is refused by name", async () => {
  const seen: (string | null)[] = [];
  const send: typeof fetch = async (_input, init) => {
    seen.push(new Headers(init?.headers).get("Authorization"));
    return new Response();
  };
  const ask = dpopFetch(newDpopKey(), send);
  const others = ["Bearer opaque", "Bearer a.b.c", "Bearer %.%.%", "Basic YTpi"];
  for (const Authorization of others) await ask("https://shop.example/orders", { headers: { Authorization } });
  expect(seen).toEqual(others);
  await expect(ask(new Request("https://shop.example/orders"))).rejects.toThrow("URL");
});

test("the key can't be exported", async () => {
  const { privateKey } = await newDpopKey();
  await expect(crypto.subtle.exportKey("jwk", privateKey)).rejects.toThrow();
});

test("it compiles in a front end, under strict rules", async () => {
  const files = ["auth-client.ts", "dpop-fetch.ts"].map((name) => join(repo, "docs/examples", name));
  const tsc = join(repo, "node_modules/typescript/bin/tsc");
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--verbatimModuleSyntax"];
  const target = ["--target", "es2022", "--lib", "es2022,dom", "--module", "esnext", "--moduleResolution", "bundler"];
  const args = ["--ignoreConfig", "--noEmit", "--types", "", ...strict, ...target, ...files];
  const { stdout, exitCode } = await x(process.execPath, [tsc, ...args]);
  expect([exitCode, stdout]).toEqual([0, ""]);
});

describe.skipIf(noChromium)(`in a browser${unrun(noChromium)}`, () => {
  test("a login outlives a reload with its key, which no script can read", async () => {
    for (const name of ["auth-client", "dpop-fetch"]) {
      const source = await readFile(join(repo, "docs/examples", `${name}.ts`), "utf8");
      const { code } = await transform(source, { loader: "ts", format: "esm", target: "es2022" });
      await fs.outputFile(join(app.dir, "public", `${name}.js`), code);
    }
    const port = await freePort();
    const own = await startApp(app.dir, { PORT: String(port), PUBLIC_ORIGIN: `http://localhost:${port}` });
    const browser = await openChromium();
    try {
      const page = await browser.newPage();
      const open = async (): Promise<void> => {
        await page.goto(`http://localhost:${port}`);
        await page.waitForFunction("window.auth !== undefined");
      };
      await open();
      const body = JSON.stringify({ body: { username: newName(), password } });
      expect(await page.evaluate(`auth.call("POST /signup", ${body}).then(({ tokenType }) => tokenType)`)).toBe("DPoP");
      await open();
      expect(await page.evaluate(`auth.fetch("/orders").then(({ status }) => status)`)).toBe(200);
      const exported = `crypto.subtle.exportKey("jwk", key.privateKey).then(() => "shown", ({ name }) => name)`;
      expect(await page.evaluate(exported)).toBe("InvalidAccessError");
    } finally {
      await browser.close();
      await own.kill();
    }
  });
});

/** A client with a key of its own, and the paths that it has asked for. */
async function client(store = tokensInMemory(), key = newDpopKey()) {
  const sent: string[] = [];
  const send: typeof fetch = (input, init) => {
    sent.push(new URL(String(input)).pathname.replace("/api/auth", ""));
    return fetch(input, init);
  };
  const auth = createAuthClient({
    baseUrl: `${running.url}/api/auth`,
    store,
    fetch: dpopFetch(key, send),
  });
  return { auth, sent };
}

function newName(): string {
  return `ada-${crypto.randomUUID().slice(0, 13)}`;
}
