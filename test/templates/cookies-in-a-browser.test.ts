import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext, Page, Response } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.js";
import { noChromium, openChromium } from "../support/chromium.js";
import { password } from "../support/cluster.js";
import { type ComposedApp, composeApp, type Env, type RunningApp, startApp } from "../support/compose.js";
import { unrun } from "../support/needs.js";
import { repo } from "../support/template-tree.js";

const why = unrun(noChromium);

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const at = (host: string, { url }: RunningApp): string => `${host}:${new URL(url).port}`;
const name = (): string => `user-${randomBytes(8).toString("hex")}`;

describe.skipIf(noChromium)(`cookie sessions in a real browser${why}`, () => {
  let chromium: Browser;
  let app: ComposedApp;
  const running: RunningApp[] = [];
  const sites: Server[] = [];

  /** The shop of the tests: the page of docs/examples, and orders. */
  let inDevelopment: RunningApp;
  let overTls: RunningApp;
  let inProduction: RunningApp;
  let shop: string;
  /** The port of servers of others; on that of `listed`, http://localhost and http://127.0.0.1 are of SESSION_ORIGINS. */
  let listed: number;
  let unlisted: number;
  let tlsUnlisted: number;

  beforeAll(async () => {
    chromium = await openChromium();
    app = await composeApp({ items: ["auth-cookies"], server: shopSource });
    const certificate = await makeCertificate(app.dir);
    const key = { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) };
    for (const site of [createServer(serve), createServer(serve), createTlsServer(key, serve)]) {
      sites.push(site.listen(0, "127.0.0.1"));
      await once(site, "listening");
    }
    [listed, unlisted, tlsUnlisted] = sites.map(portOf) as [number, number, number];
    const origins = `http://localhost:${listed},http://127.0.0.1:${listed}`;
    const apps = await Promise.all([
      start({ SESSION_ORIGINS: origins }),
      start({ TLS_KEY: certificate.key, TLS_CERT: certificate.cert }),
      start({ NODE_ENV: "production", BCRYPT_COST: "10" }),
    ]);
    [inDevelopment, overTls, inProduction] = apps;
    shop = at("http://localhost", inDevelopment);
  });
  afterEach(async () => {
    for (const context of chromium.contexts()) await context.close();
  });
  afterAll(async () => {
    await chromium?.close();
    await Promise.all(running.map((one) => one.kill()));
    for (const site of sites) site.close().closeAllConnections();
    await app?.remove();
  });

  async function start(env: Env): Promise<RunningApp> {
    const pages = { PAGES: join(repo, "docs/examples"), DATABASE_URL: `file:${join(app.dir, `${name()}.db`)}` };
    const one = await startApp(app.dir, { ...pages, ...env });
    running.push(one);
    return one;
  }

  async function visit(origin: string): Promise<Page> {
    const context = await chromium.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(5_000);
    const page = await context.newPage();
    await page.goto(`${origin}/cookie-page.html`);
    await says(page, "Not logged in");
    return page;
  }

  async function signUp(origin: string): Promise<{ page: Page; username: string; context: BrowserContext }> {
    const page = await visit(origin);
    const username = name();
    await submit(page, "Sign up", username);
    await says(page, `Logged in as ${username}`);
    return { page, username, context: page.context() };
  }

  describe("on http://localhost, in development, under helmet's Content-Security-Policy", () => {
    test("sign up, reload, log out, reload, log in again", async () => {
      const { page, username, context } = await signUp(shop);
      await page.reload();
      await says(page, `Logged in as ${username}`);
      const [first] = await sessionCookies(context);
      const device = await deviceCookie(context);
      expect(device).toMatchObject({
        domain: "localhost",
        path: "/",
        httpOnly: true,
        secure: true,
        sameSite: "Strict",
      });
      await page.getByRole("button", { name: "Log out" }).click();
      await says(page, "Not logged in");
      expect(await sessionCookies(context)).toEqual([]);
      expect(await deviceCookie(context)).toEqual(device);
      await page.reload();
      await says(page, "Not logged in");
      await submit(page, "Log in", username, "a-wrong-password");
      await page.getByRole("alert").getByText(/\w/).waitFor();
      await says(page, "Not logged in");
      await submit(page, "Log in", username);
      await says(page, `Logged in as ${username}`);
      const [second] = await sessionCookies(context);
      expect(second?.value).not.toBe(first?.value);
    });

    test("no script can read the cookie, no answer holds its value or a token, and nothing is stored", async () => {
      const page = await visit(shop);
      const answers: Promise<string>[] = [];
      page.on("response", (answer) => void answers.push(answer.text()));
      const username = name();
      await submit(page, "Sign up", username);
      await says(page, `Logged in as ${username}`);
      const [cookie, ...others] = await sessionCookies(page.context());
      expect(others).toEqual([]);
      expect(cookie).toMatchObject({
        ...{ name: "sid-dev", domain: "localhost", path: "/" },
        ...{ httpOnly: true, sameSite: "Lax", secure: false },
      });
      expect(await page.evaluate(readable)).toEqual(["", [], [], [], [], []]);
      const texts = await Promise.all(answers);
      expect(texts).toHaveLength(2);
      for (const text of texts) {
        expect(text).toContain(username);
        expect(text).not.toMatch(/token/i);
        expect(text).not.toContain(cookie?.value);
      }
    });

    test("a form of another site arrives without the cookie: 401, and nothing is ordered", async () => {
      const { page } = await signUp(shop);
      for (const host of ["127.0.0.1", "other.localhost"]) {
        const answer = await postForm(page, `http://${host}:${unlisted}`, `${shop}/orders`);
        expect(await said(answer)).toEqual([401, "cross-site", "without cookie"]);
      }
      expect(await ordersOf(page, shop)).toEqual([]);
    });

    test("a form of another origin of the same site arrives with the cookie: 403, and nothing is ordered", async () => {
      const { page } = await signUp(shop);
      const answer = await postForm(page, `http://localhost:${unlisted}`, `${shop}/orders`);
      expect(await said(answer)).toEqual([403, "same-site", "with cookie"]);
      expect(await ordersOf(page, shop)).toEqual([]);
    });

    test("a form of another origin logs nobody in as somebody else", async () => {
      const { page, username, context } = await signUp(shop);
      const [before] = await sessionCookies(context);
      for (const host of ["127.0.0.1", "localhost"]) {
        const answer = await postForm(page, `http://${host}:${unlisted}`, `${shop}/api/auth/session`);
        expect(answer.status()).toBe(403);
        expect(await answer.headerValue("set-cookie")).toBeNull();
      }
      expect(await sessionCookies(context)).toEqual([before]);
      await page.goto(`${shop}/cookie-page.html`);
      await says(page, `Logged in as ${username}`);
    });

    test("a link on another site leads to a page that knows who one is", async () => {
      const { page, username } = await signUp(shop);
      for (const [host, site] of [
        ["localhost", "same-site"],
        ["127.0.0.1", "cross-site"],
      ]) {
        const answer = await followLink(page, `http://${host}:${unlisted}`, `${shop}/orders`);
        expect(await said(answer)).toEqual([200, site, "with cookie"]);
      }
      await followLink(page, `http://127.0.0.1:${unlisted}`, `${shop}/cookie-page.html`);
      await says(page, `Logged in as ${username}`);
    });

    test("a page of an origin of SESSION_ORIGINS reads and orders with the cookie", async () => {
      const { page, username } = await signUp(shop);
      await page.goto(`http://localhost:${listed}`);
      const session = await fetched(page, `${shop}/api/auth/session`);
      expect([session.status, session.body.user.username]).toEqual([200, username]);
      const order = await fetched(page, `${shop}/orders`, { method: "POST", headers: json, body: "{}" });
      expect([order.status, order.body.ordered]).toEqual([201, 1]);
      expect(await ordersOf(page, shop)).toHaveLength(1);
    });

    test("one on the list that is another site may ask, but its browser keeps the cookie back", async () => {
      const { page } = await signUp(shop);
      await page.goto(`http://127.0.0.1:${listed}`);
      expect(await fetched(page, `${shop}/api/auth/session`)).toMatchObject({ status: 401 });
      expect(await fetched(page, `${shop}/orders`, { method: "POST" })).toMatchObject({ status: 401 });
    });

    test("a page of any other origin reads nothing, and what it sends blindly is refused", async () => {
      const { page } = await signUp(shop);
      for (const host of ["localhost", "127.0.0.1"]) {
        await page.goto(`http://${host}:${unlisted}`);
        const before = inDevelopment.output().length;
        for (const path of ["/orders", "/api/auth/session"])
          await expect(fetched(page, shop + path)).rejects.toThrow("Failed to fetch");
        const post = { method: "POST", headers: json, body: "{}" };
        await expect(fetched(page, `${shop}/orders`, post)).rejects.toThrow("Failed to fetch");
        const blindly = fetched(page, `${shop}/orders`, { method: "POST", mode: "no-cors", body: "{}" });
        await expect(blindly).rejects.toThrow("Failed to fetch");
        const arrived = host === "localhost" ? "POST 403 same-site with cookie" : "POST 401 cross-site without cookie";
        await expect.poll(() => inDevelopment.output().slice(before)).toContain(arrived);
      }
      expect(await ordersOf(page, shop)).toEqual([]);
    });
  });

  describe("over https", () => {
    test("the cookie is __Host-sid and Secure, survives a reload, and goes with the logout", async () => {
      const { page, username, context } = await signUp(at("https://localhost", overTls));
      expect(await sessionCookies(context)).toMatchObject([
        { name: "__Host-sid", domain: "localhost", path: "/", httpOnly: true, secure: true, sameSite: "Lax" },
      ]);
      expect(await page.evaluate(readable)).toEqual(["", [], [], [], [], []]);
      await page.reload();
      await says(page, `Logged in as ${username}`);
      await page.getByRole("button", { name: "Log out" }).click();
      await says(page, "Not logged in");
      expect(await sessionCookies(context)).toEqual([]);
    });

    test("a sibling domain can neither order with the cookie nor plant one of its own", async () => {
      const own = at("https://app.shop.localhost", overTls);
      const sibling = `https://blog.shop.localhost:${tlsUnlisted}`;
      const { page, username, context } = await signUp(own);
      const answer = await postForm(page, sibling, `${own}/orders`);
      expect(await said(answer)).toEqual([403, "same-site", "with cookie"]);
      expect(await ordersOf(page, own)).toEqual([]);

      await page.goto(sibling);
      for (const planted of ["__Host-sid", "theme"])
        await page.evaluate(`document.cookie = "${planted}=A; Domain=shop.localhost; Path=/; Secure"`);
      await page.goto(`${own}/cookie-page.html`);
      await says(page, `Logged in as ${username}`);
      const names = (await sessionCookies(context, own)).map((cookie) => cookie.name);
      expect(names.sort()).toEqual(["__Host-sid", "theme"]);
    });
  });

  test("in production over plain http there is no cookie, and the page says why", async () => {
    const page = await visit(at("http://localhost", inProduction));
    for (const button of ["Sign up", "Log in"]) {
      await submit(page, button, name());
      await page.getByRole("alert").getByText("over https only").waitFor();
      await page.getByRole("alert").getByText("trust proxy").waitFor();
      await page.reload();
      await says(page, "Not logged in");
    }
    expect(await sessionCookies(page.context())).toEqual([]);
  });
});

const json = { "Content-Type": "application/json" };

/** What a script of the page can read of what the browser keeps. */
const readable = `(async () => [
  document.cookie,
  await cookieStore.getAll(),
  Object.keys(localStorage),
  Object.keys(sessionStorage),
  await indexedDB.databases(),
  await caches.keys(),
])()`;

async function says(page: Page, text: string): Promise<void> {
  await page.getByRole("status").getByText(text, { exact: true }).waitFor();
}

async function submit(page: Page, button: string, username: string, secret = password): Promise<void> {
  await page.getByLabel("Name").fill(username);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: button }).click();
}

/** A form on a page of `site` is sent to the target, by the browser itself. */
async function postForm(page: Page, site: string, target: string): Promise<Response> {
  await page.goto(`${site}/?target=${encodeURIComponent(target)}`);
  return arrival(page, target, () => page.getByRole("button").click());
}

async function followLink(page: Page, site: string, target: string): Promise<Response> {
  await page.goto(`${site}/?target=${encodeURIComponent(target)}`);
  return arrival(page, target, () => page.getByRole("link").click());
}

async function arrival(page: Page, target: string, act: () => Promise<void>): Promise<Response> {
  const [answer] = await Promise.all([page.waitForResponse(target), act()]);
  await page.waitForURL(target);
  return answer;
}

/** The status, and what the browser said of the request. */
async function said(answer: Response): Promise<[number, string | undefined, string]> {
  const { cookie, "sec-fetch-site": site } = await answer.request().allHeaders();
  return [answer.status(), site, cookie === undefined ? "without cookie" : "with cookie"];
}

/** A script of the page asks, with cookies. */
// biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the body
function fetched(page: Page, url: string, options: object = {}): Promise<{ status: number; body: any }> {
  const args = JSON.stringify([url, { credentials: "include", ...options }]);
  return page.evaluate(`fetch(...${args}).then(async (answer) => {
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  })`);
}

async function ordersOf(page: Page, origin: string): Promise<unknown[]> {
  await page.goto(`${origin}/orders`);
  const { orders } = JSON.parse(await page.innerText("body"));
  return orders;
}

/** Somebody's site: a form and a link that lead where the address says. */
function serve(...[req, res]: Parameters<NonNullable<Parameters<typeof createServer>[1]>>): void {
  const target = new URL(req.url ?? "/", "http://localhost").searchParams.get("target") ?? "";
  const form = `<form method="post" action="${target}" enctype="text/plain"><button>You have won</button></form>`;
  res.setHeader("Content-Type", "text/html");
  res.end(`<!doctype html><title>A site</title>${form}<a href="${target}">More</a>`);
}

const shopSource = `import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import express from "express";
import helmet from "helmet";
import { closeAuth } from "./src/auth/close.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { allowOrigins } from "./src/middleware/same-origin.js";
import { authRouter } from "./src/routes/auth.js";

/** What arrived, for requests whose answer the browser hides from whoever caused them. */
const note = (req, res, next) => {
  const { cookie, "sec-fetch-site": site } = req.headers;
  res.once("finish", () => console.log(req.method, res.statusCode, site, cookie ? "with cookie" : "without cookie"));
  next();
};

const { PORT, PAGES, TLS_KEY, TLS_CERT } = process.env;
const orders = [];
const of = (userId) => orders.filter((order) => order.userId === userId);

const app = express();
app.use(helmet());
app.use(express.static(PAGES));
app.use("/api/auth", authRouter);
app.use("/orders", note, allowOrigins);
app.get("/orders", protectedRoute, (req, res) => void res.json({ orders: of(req.auth.userId) }));
app.post("/orders", protectedRoute, (req, res) => {
  orders.push({ userId: req.auth.userId });
  res.status(201).json({ ordered: of(req.auth.userId).length });
});

const tls = TLS_KEY && { key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERT) };
const server = tls ? createTlsServer(tls, app) : createServer(app);
server.listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
process.once("SIGTERM", () => {
  process.stdin.destroy();
  server.close(() => void closeAuth());
});
process.stdin.resume().once("end", () => process.exit());
`;

const deviceName = "__Host-device";

async function sessionCookies(context: BrowserContext, url?: string) {
  return (await context.cookies(url)).filter(({ name }) => name !== deviceName);
}

/** The one that makes a browser known as its owner's. */
async function deviceCookie(context: BrowserContext) {
  return (await context.cookies()).find(({ name }) => name === deviceName);
}
