import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";
import fs from "fs-extra";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuthClient, TokenStore, Tokens } from "../../docs/examples/auth-client.js";
import { noChromium, openChromium } from "../support/chromium.js";
import { type ComposedApp, composeApp, listens, type RunningApp, startApp } from "../support/compose.js";
import { unrun } from "../support/needs.js";
import { repo } from "../support/template-tree.js";

/** A page with the client in it, beside the module. */
const server = `import express from "express";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";

const page = \`<!doctype html><script type="module">
  import { createAuthClient } from "/auth-client.js";
  import { tokensOfAllTabs } from "/tokens-of-all-tabs.js";
  window.loggedOut = 0;
  window.store = tokensOfAllTabs();
  const onLoggedOut = () => window.loggedOut++;
  window.auth = createAuthClient({ baseUrl: "/api/auth", store, onLoggedOut });
</script>\`;

const app = express();
app.use("/api/auth", authRouter);
app.get("/orders", protectedRoute, (req, res) => void res.json({ of: req.auth?.userId }));
app.use(express.static("public"));
app.get("/", (_req, res) => void res.send(page));
${listens}`;

declare global {
  var auth: AuthClient;
  var store: TokenStore;
  var loggedOut: number;
}

const rounds = 10;

describe.skipIf(noChromium)(`the client in two tabs of a browser${unrun(noChromium)}`, () => {
  let app: ComposedApp;
  let running: RunningApp;
  let browser: Browser;
  let tabs: Page[];
  let refreshes: number;

  beforeAll(async () => {
    app = await composeApp({ server });
    for (const name of ["auth-client", "tokens-of-all-tabs"]) {
      const source = await readFile(join(repo, "docs/examples", `${name}.ts`), "utf8");
      const { code } = await transform(source, { loader: "ts", format: "esm" });
      await fs.outputFile(join(app.dir, "public", `${name}.js`), code);
    }
    running = await startApp(app.dir);
    browser = await openChromium();
    const context = await browser.newContext();
    context.on("request", (request) => {
      if (request.url().endsWith("/refresh-token")) refreshes++;
    });
    tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto(running.url.replace("127.0.0.1", "localhost"));
      await tab.waitForFunction(() => globalThis.auth !== undefined);
    }
  });

  afterAll(async () => {
    await browser?.close();
    await running?.kill();
    await app?.remove();
  });

  test("their requests at once refresh once, and all of them are answered, round after round", async () => {
    await tabs[0]?.evaluate(async () => {
      const body = { username: "ada", password: "nine blue herons wade" };
      await globalThis.auth.call("POST /signup", { body });
    });
    for (let round = 0; round < rounds; round++) {
      refreshes = 0;
      await tabs[round % 2]?.evaluate(spoilAccessToken);
      const answers = await Promise.all(tabs.map((tab) => tab.evaluate(askTenTimes)));
      expect(answers.flat()).toEqual(Array(20).fill(200));
      expect(refreshes).toBe(1);
    }
  });

  test("a dead login ends once, for both", async () => {
    await tabs[0]?.evaluate(() => globalThis.auth.fetch("/api/auth/logout-all", { method: "POST" }));
    refreshes = 0;
    const answers = await Promise.all(tabs.map((tab) => tab.evaluate(askTenTimes)));
    expect(answers.flat()).toEqual(Array(20).fill(401));
    expect(refreshes).toBe(1);
    const told = await Promise.all(tabs.map((tab) => tab.evaluate(() => globalThis.loggedOut)));
    expect(told.sort()).toEqual([0, 1]);
    expect(await Promise.all(tabs.map((tab) => tab.evaluate(() => globalThis.auth.isLoggedIn())))).toEqual([
      false,
      false,
    ]);
  });
});

/** Makes the access token one that the server refuses as it refuses an expired one. */
async function spoilAccessToken(): Promise<void> {
  const tokens = (await globalThis.store.read()) as Tokens;
  await globalThis.store.write({ ...tokens, accessToken: `${tokens.accessToken.slice(0, -4)}AAAA` });
}

async function askTenTimes(): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: 10 }, () => globalThis.auth.fetch("/orders")));
  return answers.map(({ status }) => status);
}
