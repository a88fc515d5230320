import { randomBytes } from "node:crypto";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { noChromium, openChromium } from "../support/chromium.js";
import { type ComposedApp, closes, composeApp, listens, type RunningApp, startApp } from "../support/compose.js";
import { freePort } from "../support/free-port.js";
import { unrun } from "../support/needs.js";

// Passkeys by a browser and authenticators that nobody here wrote.

const why = unrun(noChromium);
const password = "nine blue herons wade";

/** An empty page, and the module beside it. */
const server = `import express from "express";
import { authRouter, closeAuth } from "./src/routes/auth.js";

const app = express();
app.get("/", (_req, res) => void res.type("html").send("<!doctype html><title>Shop</title>"));
app.use("/api/auth", authRouter);
${listens}${closes}`;

const authenticators = {
  "ctap2_1 with user verification and a backup": {
    protocol: "ctap2",
    ctap2Version: "ctap2_1",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    defaultBackupEligibility: true,
    defaultBackupState: true,
  },
  "ctap2_1 with user verification, of one device": {
    protocol: "ctap2",
    ctap2Version: "ctap2_1",
    transport: "usb",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
  },
  "ctap2 without user verification": {
    protocol: "ctap2",
    transport: "usb",
    hasResidentKey: true,
    hasUserVerification: false,
  },
  u2f: { protocol: "u2f", transport: "usb" },
} as const;

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer
  body: any;
}

describe.skipIf(noChromium)(`passkeys in a real browser${why}`, () => {
  let chromium: Browser;
  let app: ComposedApp;
  let running: RunningApp;
  let shop: string;

  beforeAll(async () => {
    const port = await freePort();
    shop = `http://localhost:${port}`;
    [chromium, app] = await Promise.all([openChromium(), composeApp({ items: ["auth-passkeys"], server })]);
    const settings = { WEBAUTHN_RP_ID: "localhost", WEBAUTHN_ORIGINS: shop, PASSKEY_SIGNUP: "on" };
    running = await startApp(app.dir, { ...settings, PORT: String(port) });
  });
  afterEach(async () => {
    for (const context of chromium.contexts()) await context.close();
  });
  afterAll(async () => {
    await chromium?.close();
    await running?.kill();
    await app?.remove();
  });

  async function visit(kind: keyof typeof authenticators, url = shop) {
    const context = await chromium.newContext();
    const page = await context.newPage();
    await page.goto(url);
    const devices = await context.newCDPSession(page);
    await devices.send("WebAuthn.enable");
    const options = { ...authenticators[kind], automaticPresenceSimulation: true };
    const { authenticatorId } = await devices.send("WebAuthn.addVirtualAuthenticator", { options });
    return { page, devices, authenticatorId };
  }

  const verifying = Object.keys(authenticators).slice(0, 2) as (keyof typeof authenticators)[];
  test.each(verifying)("%s: register, log in, step up, rename, remove", async (kind) => {
    const { page } = await visit(kind);
    const { id, bearer } = await signUp(page);
    const added = await create(page, "/passkeys", { bearer, name: "My laptop" });
    expect(added).toMatchObject({ status: 201, body: { passkey: { name: "My laptop", lastUsedAt: null } } });
    expect(added.body.passkey.backedUp).toBe(kind.includes("a backup"));

    const first = await get(page, "/passkeys/login");
    expect(first).toMatchObject({ status: 200, body: { user: { id } } });
    expect(amrOf(first)).toEqual(["pop", "user", "mfa"]);
    const again = await get(page, "/passkeys/login");
    expect(again.status).toBe(200);

    const stepped = await get(page, "/reauthenticate", first.body.accessToken, "/reauthenticate/passkey/options");
    expect(stepped.status).toBe(200);
    const mine = `/passkeys/${added.body.passkey.id}`;
    const recent = stepped.body.accessToken;
    expect((await ask(page, "PATCH", mine, { name: "Phone" }, recent)).body.passkey.name).toBe("Phone");
    expect((await ask(page, "DELETE", mine, undefined, recent)).status).toBe(204);
    expect(await get(page, "/passkeys/login")).toMatchObject({ status: 403, body: { code: "UnknownPasskey" } });
  });

  test("an account is made with a passkey alone, and keeps its last one (W13)", async () => {
    const { page } = await visit(verifying[0] ?? "u2f");
    const username = newName();
    const made = await create(page, "/passkeys/signup", { username });
    expect(made).toMatchObject({ status: 201, body: { user: { username } } });
    const login = await get(page, "/passkeys/login");
    expect(login).toMatchObject({ status: 200, body: { user: { username } } });
    const bearer = login.body.accessToken;
    const { body } = await ask(page, "GET", "/passkeys", undefined, bearer);
    expect((await ask(page, "DELETE", `/passkeys/${body.passkeys[0].id}`, undefined, bearer)).status).toBe(409);
  });

  test("a device that has a passkey of the account makes no second one (W18)", async () => {
    const { page } = await visit(verifying[0] ?? "u2f");
    const { bearer } = await signUp(page);
    expect((await create(page, "/passkeys", { bearer })).status).toBe(201);
    const recent = (await get(page, "/passkeys/login")).body.accessToken;
    await expect(create(page, "/passkeys", { bearer: recent })).rejects.toThrow("InvalidStateError");
  });

  test.each(["ctap2 without user verification", "u2f"] as const)(
    "%s: makes no passkey, since it does not know its user (W1, W19)",
    async (kind) => {
      const { page } = await visit(kind);
      const { bearer } = await signUp(page);
      await expect(create(page, "/passkeys", { bearer })).rejects.toThrow("NotAllowedError");
    },
  );

  test("an authenticator whose user is not verified at a login lets nobody in (W1)", async () => {
    const { page, devices, authenticatorId } = await visit(verifying[0] ?? "u2f");
    const { bearer } = await signUp(page);
    expect((await create(page, "/passkeys", { bearer })).status).toBe(201);
    await devices.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await expect(get(page, "/passkeys/login")).rejects.toThrow("NotAllowedError");
    // A page that asks for less is not ours: what it gets is refused here.
    const discouraged = await get(page, "/passkeys/login", undefined, undefined, { userVerification: "discouraged" });
    expect(discouraged).toMatchObject({ status: 403, body: { code: "InvalidPasskey" } });
  });

  test("a page of another origin of this machine gets nothing that is taken (W5, W6)", async () => {
    const { page, devices, authenticatorId } = await visit(verifying[0] ?? "u2f");
    const { bearer } = await signUp(page);
    expect((await create(page, "/passkeys", { bearer })).status).toBe(201);
    const options = (await ask(page, "POST", "/passkeys/login/options")).body.publicKey;
    const stolen = await onAnotherPage(page, devices, authenticatorId, options);
    expect(await ask(page, "POST", "/passkeys/login", { passkey: stolen })).toMatchObject({
      status: 403,
      body: { code: "InvalidPasskey" },
    });
  });

  test("a key that was copied is seen by its counter (W7)", async () => {
    const kind = "ctap2_1 with user verification, of one device";
    const { page, devices, authenticatorId } = await visit(kind);
    const { bearer } = await signUp(page);
    expect((await create(page, "/passkeys", { bearer })).status).toBe(201);
    const { credentials } = await devices.send("WebAuthn.getCredentials", { authenticatorId });
    for (let time = 0; time < 2; time += 1) expect((await get(page, "/passkeys/login")).status).toBe(200);
    const copy = await visit(kind);
    for (const credential of credentials)
      await copy.devices.send("WebAuthn.addCredential", { authenticatorId: copy.authenticatorId, credential });
    expect(await get(copy.page, "/passkeys/login")).toMatchObject({ status: 403, body: { code: "InvalidPasskey" } });
    expect((await get(page, "/passkeys/login")).status).toBe(200);
  });

  /** The same authenticator, at a page of the same host on another port. */
  async function onAnotherPage(page: Page, devices: CDPSession, authenticatorId: string, options: unknown) {
    const { credentials } = await devices.send("WebAuthn.getCredentials", { authenticatorId });
    const other = await visit(verifying[0] ?? "u2f", page.url());
    for (const credential of credentials)
      await other.devices.send("WebAuthn.addCredential", { authenticatorId: other.authenticatorId, credential });
    await other.page.route("http://localhost:1/", (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Evil</title>" }),
    );
    await other.page.goto("http://localhost:1/");
    return other.page.evaluate(sign, options);
  }
});

const newName = () => `user-${randomBytes(8).toString("hex")}`;

async function signUp(page: Page): Promise<{ id: string; bearer: string }> {
  const { status, body } = await ask(page, "POST", "/signup", { username: newName(), password });
  expect(status).toBe(201);
  return { id: body.user.id, bearer: body.accessToken };
}

async function create(
  page: Page,
  path: string,
  { bearer, ...more }: { bearer?: string; name?: string; username?: string },
): Promise<Answer> {
  const { body } = await ask(page, "POST", `${path}/options`, bearer ? undefined : more, bearer);
  const passkey = await page.evaluate(make, body.publicKey);
  return ask(page, "POST", path, { passkey, ...more }, bearer);
}

async function get(page: Page, path: string, bearer?: string, from = `${path}/options`, changes: object = {}) {
  const { body } = await ask(page, "POST", from, undefined, bearer);
  const passkey = await page.evaluate(sign, { ...body.publicKey, ...changes });
  return ask(page, "POST", path, { passkey }, bearer);
}

// What a page does, in the browser: these functions see nothing that stands around them.

// biome-ignore lint/suspicious/noExplicitAny: the types of browsers are not those of this program
declare const PublicKeyCredential: any;
// biome-ignore lint/suspicious/noExplicitAny: the same
declare const navigator: any;

async function make(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({ publicKey })).toJSON();
}

async function sign(options: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({ publicKey })).toJSON();
}

function ask(page: Page, method: string, path: string, sent?: object, bearer?: string): Promise<Answer> {
  return page.evaluate(
    async ([verb, where, body, token]) => {
      const headers = {
        ...(body && { "content-type": "application/json" }),
        ...(token && { authorization: `Bearer ${token}` }),
      };
      const answer = await fetch(`/api/auth${where}`, {
        method: verb,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : undefined };
    },
    [method, path, sent, bearer] as const,
  );
}

function amrOf({ body }: Answer): unknown {
  const [, payload = ""] = String(body.accessToken).split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")).amr;
}
