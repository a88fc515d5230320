import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@libsql/client";
import spectralCore, { type RulesetDefinition } from "@stoplight/spectral-core";
import owasp from "@stoplight/spectral-owasp-ruleset";
import { oas } from "@stoplight/spectral-rulesets";
import { type KeyPair, generateProof as proof } from "dpop";
import fs from "fs-extra";
import * as oauth from "oauth4webapi";
import { Secret, TOTP } from "otpauth";
import PostalMime from "postal-mime";
import { x } from "tinyexec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  appEnv,
  type ComposedApp,
  closes,
  composeApp,
  listens,
  type RunningApp,
  startApp,
} from "../support/compose.js";
import { type Contract, contractOf, type Sent } from "../support/contract.js";
import type { Documented } from "../support/openapi-document.js";

const items = [
  ...["auth-cookies", "auth-sudo", "auth-sessions", "auth-events", "auth-hibp"],
  ...["auth-grace", "auth-email", "auth-admin", "auth-openapi", "auth-jwks", "auth-dpop", "auth-keypair"],
  ...["auth-totp", "auth-passkeys"],
];
const password = "nine blue herons wade";
const newPassword = "ten green herons fish";
const passkeyPages = { WEBAUTHN_RP_ID: "shop.example", WEBAUTHN_ORIGINS: "https://shop.example" };
const production = {
  ...passkeyPages,
  NODE_ENV: "production",
  AUTH_RATE_LIMIT: "on",
  BCRYPT_COST: "10",
  AUTH_MAIL: "queue",
  MAIL_FROM: "no-reply@example.org",
  APP_URL: "https://shop.example.org",
};

/** It trusts X-Forwarded-For, and tells which routes it has. */
const server = `import express from "express";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter, closeAuth } from "./src/routes/auth.js";
import { adminRouter } from "./src/routes/admin.js";

const app = express();
app.set("trust proxy", true);
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);
app.get("/orders", protectedRoute, (_req, res) => void res.json([]));
app.get("/routes", (_req, res) => void res.json([...routesOf(authRouter), ...routesOf(adminRouter, "/admin")]));
${listens}${closes}
function routesOf({ stack }: any, mount = ""): string[] {
  return stack.flatMap(({ route, handle }: any) => {
    if (route) return Object.keys(route.methods).map((one) => one.toUpperCase() + " " + mount + route.path);
    return handle?.stack ? routesOf(handle, mount) : [];
  });
}
`;

let app: ComposedApp;
let running: RunningApp;
/** In production, with limits, on the same database. */
let limited: RunningApp;
// biome-ignore lint/suspicious/noExplicitAny: what a test reads of a document
let document: any;
let contract: Contract;

beforeAll(async () => {
  app = await composeApp({ items, server });
  const mail = { AUTH_MAIL: `outbox:${join(app.dir, "mail")}` };
  running = await startApp(app.dir, { ...mail, ...passkeyPages, PASSKEY_SIGNUP: "on" });
  document = await (await fetch(`${running.url}/api/auth/openapi.json`)).json();
  contract = contractOf(document, `${running.url}/api/auth`);
});

afterAll(async () => {
  await running?.stop();
  await limited?.stop();
  await app?.remove();
});

describe("the document of all items", () => {
  test("holds every route of the routers, and no other", async () => {
    const routes = (await (await fetch(`${running.url}/routes`)).json()) as string[];
    const spelled = routes.map((route) => route.replace(/:(\w+)/g, "{$1}"));
    expect(contract.operations.map(({ route }) => route).sort()).toEqual([...new Set(spelled)].sort());
  });

  test("breaks none of the rules of OpenAPI and OWASP; errors that can't happen are not documented", async () => {
    const findings = await lint(document);
    expect(findings.filter(({ severity }) => severity === error)).toEqual([]);
    expect([...new Set(findings.map(({ code }) => code))].sort()).toEqual(leftOut);
  });

  test("ids are unique", () => {
    const ids = contract.operations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("every documented answer is given, and is as documented", () => {
  test("signing up, logging in, and the life of tokens", async () => {
    const ada = await signUp({ email: "ada@example.org", displayName: "Ada \u{1F426}" });
    await send("signUp", { body: { username: ada.username, password } }, 409);
    await send("signUp", { body: { username: newName(), password: "short" } }, 400);
    await send("logIn", { body: { username: ada.username, password: newPassword } }, 401);
    const { body: login } = await send("logIn", { body: { username: ada.username, password } }, 200);
    const { body: next } = await send("refreshTokens", { body: { refreshToken: login.refreshToken } }, 200);
    await send("validate", { body: { refreshToken: next.refreshToken } }, 204);
    await send("validate", { bearer: next.accessToken }, 204);
    await send("validate", { body: { refreshToken: login.refreshToken } }, 403);
    await send("validate", {}, 401);
    await send("refreshTokens", { body: { refreshToken: "x" } }, 403);
    await send("logOut", { body: { refreshToken: next.refreshToken } }, 204);
    await send("logOut", { bearer: next.accessToken }, 204);
    await send("logOut", {}, 401);
    await send("getHealth", {}, 204);
  });

  test("the account", async () => {
    const ada = await signUp({ email: newAddress() });
    const { accessToken: bearer } = ada;
    await send("getMe", { bearer }, 200);
    await send("updateMe", { bearer, body: { displayName: null } }, 200);
    const { username: taken } = await signUp();
    await send("updateMe", { bearer, body: { username: taken, currentPassword: password } }, 409);
    await send("updateMe", { bearer, body: { email: newAddress(), currentPassword: newPassword } }, 403);
    await send("changePassword", { bearer, body: { currentPassword: newPassword, newPassword } }, 403);
    await send("deleteMe", { bearer, body: { password: newPassword } }, 403);
    const change = { currentPassword: password, newPassword };
    const { body: changed } = await send("changePassword", { bearer, body: change }, 200);
    const again = { bearer: changed.accessToken, body: { password: newPassword } };
    const { body: renewed } = await send("reauthenticate", again, 200);
    await send("deleteMe", { bearer: renewed.accessToken, body: { password: newPassword } }, 204);
    await send("restoreAccount", { body: { username: ada.username, password } }, 401);
    await send("restoreAccount", { body: { username: ada.username, password: newPassword } }, 200);
  });

  test("sessions", async () => {
    const ada = await signUp();
    const { accessToken: bearer } = ada;
    await send("logIn", { body: { username: ada.username, password }, headers: { "user-agent": "curl/8.5.0" } }, 200);
    const { body } = await send("getSessions", { bearer }, 200);
    const other = body.sessions.find((session: { current: boolean }) => !session.current);
    await send("getSessions", { bearer, query: `?after=${other.id}` }, 200);
    await send("getSessions", { bearer, query: "?after=x" }, 400);
    await send("endSession", { bearer, params: { id: other.id } }, 204);
    await send("endSession", { bearer, params: { id: other.id } }, 404);
    await send("endOtherSessions", { bearer }, 204);
    await send("logOutEverywhere", { bearer }, 204);
  });

  test("sessions in cookies", async () => {
    const { username } = await signUp();
    const login = { body: { username, password }, headers: ownPage };
    await send("startCookieSession", { body: { username, password: newPassword }, headers: ownPage }, 401);
    const headers = { ...ownPage, cookie: cookieOf(await send("startCookieSession", login, 200)) };
    await send("getCookieSession", { headers }, 200);
    await send("getMe", { headers }, 200);
    const { headers: renewed } = await send("reauthenticate", { headers, body: { password } }, 200);
    const cookie = cookieOf({ headers: renewed });
    const change = { currentPassword: password, newPassword };
    const changed = await send("changePassword", { headers: { ...ownPage, cookie }, body: change }, 200);
    await send("endCookieSession", { headers: { ...ownPage, cookie: cookieOf(changed) } }, 204);
    const inCookie = { ...ownPage, "auth-session": "cookie" };
    await send("signUp", { headers: inCookie, body: { username: newName(), password } }, 201);
    const again = await send("logIn", { headers: inCookie, body: { username, password: newPassword } }, 200);
    await send("logOut", { headers: { ...ownPage, cookie: cookieOf(again) } }, 204);
  });

  test("addresses and forgotten passwords", async () => {
    const email = newAddress();
    const { username } = await signUp({ email });
    await send("sendEmailVerification", { bearer: (await signUp()).accessToken }, 202);
    await send("verifyEmail", { body: { token: await tokenTo(email, "verify-email"), password } }, 204);
    const other = newAddress();
    await signUp({ email: other });
    await send("verifyEmail", { body: { token: await tokenTo(other, "verify-email") } }, 200);
    await send("forgotPassword", { body: { email } }, 202);
    await send("forgotPassword", { body: { username: newName() } }, 202);
    await send("forgotPassword", { body: { username, email } }, 400);
    const token = await tokenTo(email, "reset-password");
    await send("resetPassword", { body: { token, newPassword: "short" } }, 400);
    await send("resetPassword", { body: { token, newPassword } }, 204);
    await send("resetPassword", { body: { token, newPassword } }, 403);
    const { body: login } = await send("logIn", { body: { username, password: newPassword } }, 200);
    const change = { email: newAddress(), currentPassword: newPassword };
    await send("updateMe", { bearer: login.accessToken, body: change }, 200);
    await send("revertEmail", { body: { token: await tokenTo(email, "revert-email") } }, 204);
    for (const id of ["verifyEmail", "revertEmail"]) await send(id, { body: { token: "x" } }, 403);
  });

  test("second factors", async () => {
    const { username, accessToken: bearer } = await signUp();
    await send("getFactors", { bearer }, 200);
    await send("getFactorDeadline", { bearer }, 200);
    await send("confirmTotp", { bearer, body: { code: "000000" } }, 404);
    await send("removeTotp", { bearer }, 404);
    await send("renewRecoveryCodes", { bearer }, 403);
    const { body: enrolment } = await send("enrolTotp", { bearer }, 201);
    const code = () => codeOf(enrolment.secret);
    const { body: both } = await send("confirmTotp", { bearer, body: { code: code() } }, 200);
    const mine = { bearer: both.accessToken };
    const login = { username, password };
    const { recoveryCodes } = (await send("renewRecoveryCodes", mine, 201)).body;
    await send("startCookieSession", { body: login, headers: ownPage }, 401);
    await send("reauthenticate", { ...mine, body: { password } }, 401);
    const { challenge } = (await send("logIn", { body: login }, 401)).body;
    await send("logInWithTotp", { body: { challenge, code: code() } }, 403);
    await forgetSteps();
    await send("logInWithTotp", { body: { challenge, code: code() } }, 200);
    await send("logInWithTotp", { body: { challenge, code: code() } }, 401);
    const { challenge: next } = (await send("logIn", { body: login }, 401)).body;
    await send("logInWithRecoveryCode", { body: { challenge: next, code: "none" } }, 403);
    await send("logInWithRecoveryCode", { body: { challenge: next, code: recoveryCodes[3] } }, 200);
    await send("logInWithRecoveryCode", { body: { challenge: next, code: recoveryCodes[3] } }, 401);
    await send("getFactors", mine, 200);
    const admin = await adminToken();
    const { body: page } = await send("listFactorUsers", { bearer: admin, query: "?limit=1" }, 200);
    await send("listFactorUsers", { bearer: admin, query: `?limit=1&cursor=${page.users[0].id}` }, 200);
    await send("listFactorUsers", { bearer: admin, query: "?sort=id" }, 400);
    const params = { id: await idOf(both.accessToken) };
    await send("getUserFactors", { bearer: admin, params }, 200);
    await send("removeTotp", mine, 204);
    const again = (await send("enrolTotp", mine, 201)).body;
    await send("confirmTotp", { ...mine, body: { code: codeOf(again.secret) } }, 200);
    await send("removeUserFactors", { bearer: admin, params }, 204);
  });

  test("passkeys", async () => {
    const { accessToken: bearer, username } = await signUp();
    const { asserted, created, newPasskey } = await softAuthenticator();
    const optionsOf = async (id: string, sent = {}) => (await send(id, sent, 200)).body.publicKey;
    const options = await optionsOf("getPasskeyOptions", { bearer });
    const key = newPasskey(options.user.id);
    const body = { passkey: created(options, key), name: "My laptop" };
    const { passkey } = (await send("addPasskey", { bearer, body }, 201)).body;
    const login = async (status: number, one = key) =>
      send("logInWithPasskey", { body: { passkey: asserted(await optionsOf("getPasskeyLoginOptions"), one) } }, status);
    const mine = { bearer: (await login(200)).body.accessToken };
    await login(403, newPasskey(options.user.id));
    const taken = { passkey: created(await optionsOf("getPasskeyOptions", mine), key) };
    await send("addPasskey", { ...mine, body: taken }, 409);
    await send("addPasskey", { ...mine, body: taken }, 403);
    await send("getPasskeys", mine, 200);
    const params = { id: passkey.id };
    await send("getPasskey", { ...mine, params }, 200);
    await send("getPasskey", { ...mine, params: { id: "x" } }, 404);
    await send("renamePasskey", { ...mine, params, body: { name: "Phone" } }, 200);
    await send("renamePasskey", { ...mine, params: { id: "x" }, body: { name: "Phone" } }, 404);
    const proof = { passkey: asserted(await optionsOf("getPasskeyStepUpOptions", mine), key) };
    const { accessToken: recent } = (await send("reauthenticate", { ...mine, body: proof }, 200)).body;
    for (const id of ["getPasskeyOptions", "removePasskey"]) {
      const { accessToken } = (await send("logIn", { body: { username, password } }, 200)).body;
      await send(id, { bearer: accessToken, params }, 403);
    }
    await send("removePasskey", { bearer: recent, params }, 204);
    await send("removePasskey", { bearer: recent, params }, 404);
  });

  test("accounts with a passkey and no password", async () => {
    const { created, newPasskey } = await softAuthenticator();
    const signUpAs = async (name: string, status: number) => {
      const { publicKey } = (await send("getPasskeySignUpOptions", { body: { username: name } }, 200)).body;
      const passkey = created(publicKey, newPasskey(publicKey.user.id));
      return send("signUpWithPasskey", { body: { username: name, passkey } }, status);
    };
    const username = newName();
    const { accessToken: bearer } = (await signUpAs(username, 201)).body;
    await signUpAs(username, 409);
    await send("signUpWithPasskey", { body: bodies["signUpWithPasskey"] }, 403);
    const { passkeys } = (await send("getPasskeys", { bearer }, 200)).body;
    await send("removePasskey", { bearer, params: { id: passkeys[0].id } }, 409);
  });

  test("the keys that verify access tokens", async () => {
    const { body } = await send("getKeySet", {}, 200);
    expect(body.keys).toHaveLength(2);
  });

  test("sessions that are bound to a key", async () => {
    const prover = await oauth.generateKeyPair("ES256");
    const { username } = await signUp();
    const login = { body: { username, password } };
    await bound(prover, "logIn", { ...login, headers: { dpop: "x" } }, 400);
    const { headers } = await bound(prover, "logIn", login, 400);
    const nonce = headers.get("dpop-nonce") ?? "";
    const { body: first } = await bound(prover, "logIn", login, 200, nonce);
    expect(first.tokenType).toBe("DPoP");
    const { body: next } = await bound(
      prover,
      "refreshTokens",
      { body: { refreshToken: first.refreshToken } },
      200,
      nonce,
    );
    const { accessToken } = next;
    await send("getMe", { bearer: accessToken }, 401);
    await bound(prover, "getMe", {}, 401, "", accessToken);
    await bound(prover, "getMe", {}, 200, nonce, accessToken);
    const forwarded = { method: "POST", url: `${running.url}/api/auth/validate` };
    await bound(prover, "validate", { body: forwarded }, 204, nonce, accessToken);
    const { body: renewed } = await bound(prover, "reauthenticate", { body: { password } }, 200, nonce, accessToken);
    await bound(prover, "logOut", {}, 204, nonce, renewed.accessToken);
  });

  test("keypair tokens", async () => {
    const { accessToken: bearer } = await signUp();
    const body = { name: "deploys", expiresIn: 60 };
    const { body: first } = await send("createKeypairToken", { bearer, body }, 201);
    await send("getKeypairTokens", { bearer }, 200);
    await send("validate", { bearer: first.token }, 204);
    await send("endKeypairToken", { bearer: first.token, params: { id: first.id } }, 204);
    await send("endKeypairToken", { bearer, params: { id: first.id } }, 404);
    const made = await Promise.all(
      Array.from({ length: 100 }, () => contract.send("createKeypairToken", { bearer, body })),
    );
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]));
    await send("createKeypairToken", { bearer, body }, 409);
    const { token, id } = made[0]?.body ?? {};
    await send("logOut", { bearer: token }, 204);
    await send("endKeypairToken", { bearer: made[1]?.body.token, params: { id } }, 403);
  });

  test("a keypair token opens GET /me and no other of the module's routes, not even to an admin", async () => {
    const admin = await adminToken();
    const own = ["getMe", "validate", "logOut", "endKeypairToken"];
    const closed = contract.operations.filter((documented) => isProtected(documented) && !own.includes(documented.id));
    expect(closed.length).toBeGreaterThan(20);
    const { body } = await send("createKeypairToken", { bearer: admin, body: { name: "all", expiresIn: 600 } }, 201);
    for (const { id, operation } of closed)
      await send(id, { bearer: body.token, headers: ownPage, body: operation.requestBody && (bodies[id] ?? {}) }, 403);
    for (const bearer of [admin, body.token]) await send("getMe", { bearer }, 200);
    expect((await fetch(`${running.url}/orders`, { headers: { authorization: `Bearer ${body.token}` } })).status).toBe(
      200,
    );
  });

  test("users, in the hands of admins", async () => {
    const bearer = await adminToken();
    const username = newName();
    const { body: created } = await send("createUser", { bearer, body: { username, email: newAddress() } }, 201);
    await send("createUser", { bearer, body: { username } }, 409);
    const { id } = created.user;
    const params = { id };
    await send("getUser", { bearer, params }, 200);
    await send("updateUser", { bearer, params, body: { displayName: "Ada", role: "user" } }, 200);
    const { body: page } = await send("listUsers", { bearer, query: "?limit=1&sort=username" }, 200);
    await send("listUsers", { bearer, query: `?limit=1&sort=username&cursor=${page.next}` }, 200);
    await send("listUsers", { bearer, query: "?sort=role" }, 400);
    await send("sendPasswordReset", { bearer, params }, 202);
    await send("logOutUser", { bearer, params }, 204);
    await send("disableUser", { bearer, params }, 200);
    await send("enableUser", { bearer, params }, 200);
    await send("deleteUser", { bearer, params }, 204);
    await send("deleteUsers", { bearer, body: { ids: [id, await idOf(bearer)] } }, 200);
    const { accessToken } = await signUp();
    for (const operation of ofAdmins())
      if (operation.route.includes("{id}")) {
        await send(operation.id, { bearer, body: operation.operation.requestBody && {} }, 404);
        await send(operation.id, { bearer: accessToken, body: operation.operation.requestBody && {} }, 404);
      } else await send(operation.id, { bearer: accessToken, body: bodies[operation.id] }, 403);
  });

  test("bodies that are none, of another kind or too large", async () => {
    const admin = await adminToken();
    for (const { id, operation } of contract.operations) {
      // A logout ends what is good, whatever is beside it.
      const who = id === "logOut" ? {} : { bearer: admin };
      if (operation.parameters?.some((parameter: { in: string }) => parameter.in === "path"))
        await send(id, { ...who, params: { id: "%ff" } }, 400);
      if (!operation.requestBody) continue;
      await send(id, { ...who, headers: ownPage, body: "[]" }, 400);
      await send(id, { ...who, headers: { ...ownPage, "content-type": "text/plain" }, body: "x" }, 415);
      await send(id, { ...who, headers: ownPage, body: { username: "x".repeat(40_000) } }, 413);
    }
  });

  test("nobody, a bad token, a page of another site", async () => {
    const { username } = await signUp();
    const login = await send("startCookieSession", { body: { username, password }, headers: ownPage }, 200);
    const cookie = cookieOf(login);
    for (const documented of contract.operations) {
      const { id, route, operation } = documented;
      if (isProtected(documented)) await send(id, {}, 401);
      if (operation.security.some((way: object) => "bearer" in way))
        await send(id, { bearer: "x.y.z", body: bodies[id] }, 401);
      const takesCookie = operation.security.some((way: object) => "cookie" in way);
      if (takesCookie && !route.startsWith("GET ")) await send(id, { headers: { cookie }, body: bodies[id] }, 403);
      if (operation.parameters?.some(({ name }: { name: string }) => name === "Auth-Session"))
        await send(id, { body: bodies[id], headers: { cookie, "auth-session": "cookie" } }, 403);
    }
    await send("startCookieSession", { body: { username, password } }, 403);
  });

  test("an account that other data refers to", async () => {
    const withoutGrace = await startApp(app.dir, { ACCOUNT_GRACE_DAYS: "0" });
    const at = `${withoutGrace.url}/api/auth`;
    const { accessToken } = await signUp();
    const id = await idOf(accessToken);
    const client = createClient({ url: `file:${join(app.dir, ".data/auth.db")}`, timeout: 5_000 });
    await client.execute("create table orders (user_id text not null references auth_users (id))");
    await client.execute({ sql: "insert into orders values (?)", args: [id] });
    await send("deleteMe", { bearer: accessToken, body: { password }, at }, 409);
    await send("deleteUser", { bearer: await adminToken(), params: { id }, at }, 409);
    await client.execute("drop table orders");
    client.close();
    await withoutGrace.stop();
  });

  test("limits, and what production hides", async () => {
    limited = await startApp(app.dir, production);
    const at = `${limited.url}/api/auth`;
    const tired = { ...ownPage, "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" };
    await send("getOpenApi", { at }, 404);
    for (const id of ["getPasskeySignUpOptions", "signUpWithPasskey"]) await send(id, { at, body: bodies[id] }, 404);
    const { accessToken: bearer } = await signUp({ email: newAddress() }, at);
    const attempts = Array.from({ length: 300 }, () => ({ body: { token: "x" }, headers: tired, at }));
    for (let sent = 0; sent < attempts.length; sent += 30)
      await Promise.all(attempts.slice(sent, sent + 30).map((attempt) => send("verifyEmail", attempt, 403)));
    await send("sendEmailVerification", { bearer, at }, 202);
    const behindSession = [
      ...["updateMe", "deleteMe", "changePassword", "reauthenticate", "createKeypairToken"],
      ...changesOfFactors,
      ...changesOfPasskeys,
    ];
    for (const { id, operation, route } of contract.operations) {
      if (!operation.responses[429] || route.includes(" /admin/") || behindSession.includes(id)) continue;
      const body = operation.requestBody && { body: bodies[id] };
      await send(id, { bearer, headers: tired, at, ...body }, 429);
    }
  });

  test("the limits of guesses behind a session", async () => {
    const at = `${limited.url}/api/auth`;
    const wrong = { password: newPassword, currentPassword: newPassword, newPassword };
    for (const [id, body] of Object.entries({ deleteMe: wrong, changePassword: wrong, reauthenticate: wrong })) {
      const { accessToken: bearer } = await signUp({}, at);
      for (let guess = 1; guess <= 10; guess++) await send(id, { bearer, at, body }, 403);
      await send(id, { bearer, at, body }, 429);
    }
    const { accessToken: bearer } = await signUp({}, at);
    const body = { username: newName(), currentPassword: newPassword };
    for (let guess = 1; guess <= 10; guess++) await send("updateMe", { bearer, at, body }, 403);
    await send("updateMe", { bearer, at, body }, 429);
  });

  test("the limits of what is changed of second factors", async () => {
    const at = `${limited.url}/api/auth`;
    const { accessToken: bearer } = await signUp({}, at);
    for (let change = 1; change <= 30; change++) {
      await send("enrolTotp", { bearer, at }, 201);
      await send("renewRecoveryCodes", { bearer, at }, 403);
      await send("removeTotp", { bearer, at }, 404);
    }
    for (const id of ["enrolTotp", "renewRecoveryCodes", "removeTotp"]) await send(id, { bearer, at }, 429);
    const { body: enrolment } = await send("enrolTotp", { bearer }, 201);
    await send("confirmTotp", { bearer, at, body: { code: codeOf(enrolment.secret) } }, 429);
  });

  test("the limits of what is changed of passkeys", async () => {
    const at = `${limited.url}/api/auth`;
    const { accessToken: bearer } = await signUp({}, at);
    const params = { id: "x" };
    for (let change = 1; change <= 15; change++) {
      await send("getPasskeyOptions", { bearer, at }, 200);
      await send("getPasskeyStepUpOptions", { bearer, at }, 200);
      await send("addPasskey", { bearer, at, body: bodies["addPasskey"] }, 403);
      await send("removePasskey", { bearer, at, params }, 404);
    }
    for (const id of changesOfPasskeys) await send(id, { bearer, at, params, body: bodies[id] }, 429);
  });

  test("the limit of new keypair tokens", async () => {
    const at = `${limited.url}/api/auth`;
    const { accessToken: bearer } = await signUp({}, at);
    const body = { name: "deploys", expiresIn: 60 };
    for (let made = 1; made <= 30; made++) await send("createKeypairToken", { bearer, at, body }, 201);
    await send("createKeypairToken", { bearer, at, body }, 429);
  });

  test("the limits of mail that admins send", async () => {
    const bearer = await adminToken();
    const at = `${limited.url}/api/auth`;
    const { body } = await send("createUser", { bearer, at, body: { username: newName(), email: newAddress() } }, 201);
    const params = { id: body.user.id };
    await send("sendPasswordReset", { bearer, at, params }, 429);
    await send("updateUser", { bearer, at, params, body: { email: newAddress() } }, 200);
    await send("updateUser", { bearer, at, params, body: { email: newAddress() } }, 429);
  });

  test("and no other answer is documented", async () => {
    await send("getOpenApi", {}, 200);
    expect(contract.unseen()).toEqual([]);
  });
});

describe("a document of other choices", () => {
  test("with the documented Auth Basic table, statuses and codes are those of it", async () => {
    const composed = await composeApp({ errors: "auth-basic", items: ["auth-openapi"] });
    const basic = await startApp(composed.dir);
    try {
      const at = `${basic.url}/api/auth`;
      const described = await (await fetch(`${at}/openapi.json`)).json();
      const { send: sendBasic } = contractOf(described, at);
      const username = newName();
      const { body: ada } = await sendBasic("signUp", { body: { username, password } });
      const statuses = [
        await sendBasic("logIn", { body: { username, password: newPassword } }),
        await sendBasic("getMe", { bearer: "x.y.z" }),
        await sendBasic("getMe"),
        await sendBasic("getMe", { bearer: ada.accessToken }),
        await sendBasic("getSessions", { bearer: ada.accessToken }),
        await sendBasic("refreshTokens", { body: { refreshToken: "x" } }),
      ].map(({ status }) => status);
      expect(statuses).toEqual([409, 403, 401, 200, 200, 403]);
      expect((await lint(described)).filter(({ severity }) => severity === error)).toEqual([]);
    } finally {
      await basic.stop();
      await composed.remove();
    }
  });

  test("where people log in with their address, no name stands beside it, and answers are as documented", async () => {
    const items = ["auth-openapi", "auth-email", "auth-admin", "auth-cookies", "auth-grace"];
    const composed = await composeApp({ login: "email", items });
    const other = await startApp(composed.dir);
    try {
      const at = `${other.url}/api/auth`;
      const described = await (await fetch(`${at}/openapi.json`)).json();
      const { send: sendOther } = contractOf(described, at);
      expect(JSON.stringify(described).replaceAll("UsernameNotAvailable", "")).not.toMatch(/username/i);
      const login = { email: "Ada@Bücher.example", password };
      const { body: ada } = await sendOther("signUp", { body: login });
      expect(ada.user).toMatchObject({ email: login.email });
      const bearer = ada.accessToken;
      const statuses = [
        await sendOther("signUp", { body: { ...login, email: "ADA@xn--bcher-kva.example" } }),
        await sendOther("logIn", { body: { ...login, email: "no address" } }),
        await sendOther("logIn", { body: login }),
        await sendOther("getMe", { bearer }),
        await sendOther("updateMe", { bearer, body: { email: "new@example.org", currentPassword: password } }),
        await sendOther("forgotPassword", { body: { email: login.email } }),
        await sendOther("forgotPassword", { body: {} }),
      ].map(({ status }) => status);
      expect(statuses).toEqual([409, 401, 200, 200, 200, 202, 400]);
      expect((await lint(described)).filter(({ severity }) => severity === error)).toEqual([]);
    } finally {
      await other.stop();
      await composed.remove();
    }
  });

  test("the command writes it for the place that it is given, with nothing set up", async () => {
    expect(await run("api.json", "https://shop.example.org/auth")).toBe("Wrote api.json.\n");
    const written = await fs.readJson(join(app.dir, "api.json"));
    const servers = [{ ...document.servers[0], url: "https://shop.example.org/auth" }];
    expect(written).toEqual({ ...document, servers });
    await run();
    expect(await fs.readJson(join(app.dir, "openapi.json"))).toEqual(document);
    await expect(run(join("no", "such", "folder.json"))).rejects.toThrow("ENOENT");
  });
});

describe("the Postman collection", () => {
  test("has every operation once, and its requests are answered as documented, with the tokens of those before", async () => {
    await run("postman", "collection.json", `${running.url}/api/auth`);
    const collection = await fs.readJson(join(app.dir, "collection.json"));
    expect(collection.info.schema).toBe("https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
    expect(collection.item.map(({ name }: { name: string }) => name)).toEqual(
      document.tags.map(({ name }: { name: string }) => name),
    );
    const requests = collection.item.flatMap(({ item }: { item: unknown[] }) => item);
    expect(requests).toHaveLength(contract.operations.length);
    const ids = contract.operations.map(({ id, operation }) => [operation.summary, id]);
    const variables = Object.fromEntries(collection.variable.map(({ key, value }: Variable) => [key, value]));
    const statuses: Record<string, number> = {};
    for (const { name, request } of requests) {
      const id = Object.fromEntries(ids)[name];
      if (["deleteMe", "changePassword", "restoreAccount"].includes(id)) continue;
      const filled = JSON.parse(JSON.stringify(request).replace(/\{\{(\w+)\}\}/g, (_, key) => variables[key]));
      expect(filled.url.raw.split("/").slice(0, 3).join("/")).toBe(running.url);
      const body = filled.body && JSON.parse(filled.body.raw);
      const token = request.auth?.type === "noauth" ? {} : { bearer: variables["accessToken"] };
      const { status, body: answer } = await contract.send(id, { body, headers: ownPage, ...token });
      statuses[id] = status;
      for (const key of ["accessToken", "refreshToken"]) if (answer[key]) variables[key] = answer[key];
      if (id === "logOut") break;
    }
    const fine = { signUp: 201, getMe: 200, updateMe: 200, logIn: 200, refreshTokens: 200, logOut: 204 };
    expect(statuses).toEqual(fine);
  });
});

interface Variable {
  key: string;
  value: string;
}

const { Spectral } = spectralCore;
const error = 0;
/** A 400, 401 or 429 where the module never answers so; texts that nobody needs; roles, which OpenAPI 3.1 lets stand. */
const leftOut = [
  "info-contact",
  "oas3-operation-security-defined",
  "operation-description",
  "owasp:api4:2023-rate-limit-responses-429",
  "owasp:api8:2023-define-error-responses-401",
  "owasp:api8:2023-define-error-validation",
];

async function lint(described: unknown) {
  const spectral = new Spectral();
  const rulesets = [
    [oas, "recommended"],
    [owasp, "all"],
  ] as unknown as [RulesetDefinition, "all"][];
  spectral.setRuleset({
    extends: rulesets,
    rules: {},
  });
  return spectral.run(described as Record<string, unknown>);
}

/** `npm run auth:openapi`, in an environment that has nothing of the module's. */
async function run(...args: string[]): Promise<string> {
  const files = ["scripts/auth.mjs", "src/auth/openapi/commands.ts", "dist/auth/openapi/commands.js"];
  const { exitCode, stdout, stderr } = await x(process.execPath, [...files, ...args], {
    nodeOptions: { cwd: app.dir },
  });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}

/** What each operation takes that is limited. */
const credential = { id: "eA", type: "public-key" };
const newCredential = { ...credential, response: { clientDataJSON: "e30", attestationObject: "oA" } };
const usedCredential = {
  ...credential,
  response: { clientDataJSON: "e30", authenticatorData: "eA", signature: "eA", userHandle: "eA" },
};

/** Limited for each user. */
const changesOfPasskeys = ["getPasskeyOptions", "getPasskeyStepUpOptions", "addPasskey", "removePasskey"];

const bodies: Record<string, unknown> = {
  signUp: { username: newName(), password },
  logIn: { username: "ada", password },
  startCookieSession: { username: "ada", password },
  restoreAccount: { username: "ada", password },
  reauthenticate: { password },
  updateMe: { email: "other@example.org", currentPassword: password },
  changePassword: { currentPassword: password, newPassword },
  deleteMe: { password },
  verifyEmail: { token: "x" },
  revertEmail: { token: "x" },
  resetPassword: { token: "x", newPassword },
  createUser: { username: "bob" },
  deleteUsers: { ids: ["x"] },
  createKeypairToken: { name: "deploys", expiresIn: 60 },
  confirmTotp: { code: "000000" },
  logInWithTotp: { challenge: "x".repeat(43), code: "000000" },
  logInWithRecoveryCode: { challenge: "x".repeat(43), code: "x" },
  addPasskey: { passkey: newCredential },
  signUpWithPasskey: { username: "bob", passkey: newCredential },
  getPasskeySignUpOptions: { username: "bob" },
  logInWithPasskey: { passkey: usedCredential },
  renamePasskey: { name: "Phone" },
};

/** Limited for each user. */
const changesOfFactors = ["enrolTotp", "confirmTotp", "removeTotp", "renewRecoveryCodes"];

/** What a browser says of a request that a page of this site makes. */
const ownPage = { "sec-fetch-site": "same-origin" };

async function send(id: string, sent: Sent, status: number) {
  const received = await contract.send(id, sent);
  expect(received.status, `${id}: ${JSON.stringify(received.body)}`).toBe(status);
  return received;
}

/** `send`, with a proof of RFC 9449 unless there is one, and the access token that is bound to its key. */
async function bound(pair: KeyPair, id: string, sent: Sent, status: number, nonce = "", token?: string) {
  const [htm = "", path = ""] = contract.operations.find((one) => one.id === id)?.route.split(" ") ?? [];
  const dpop = await proof(pair, `${running.url}/api/auth${path}`, htm, nonce || undefined, token);
  const authorization = token === undefined ? {} : { authorization: `DPoP ${token}` };
  return send(id, { ...sent, headers: { dpop, ...authorization, ...sent.headers } }, status);
}

async function signUp(extra: Record<string, unknown> = {}, at?: string) {
  const username = newName();
  const body = { username, password, ...extra };
  const { body: answer } = await send("signUp", { body, ...(at ? { at } : {}) }, 201);
  return { username, accessToken: answer.accessToken as string };
}

function ofAdmins(): Documented[] {
  return contract.operations.filter(({ route }) => route.includes(" /admin/"));
}

/** Of the one admin there is: somebody whom the command has made one. */
async function adminToken(): Promise<string> {
  admin ??= await signUp();
  const files = ["scripts/auth.mjs", "src/auth/admin/commands.ts", "dist/auth/admin/commands.js"];
  const nodeOptions = { cwd: app.dir, env: appEnv(app.dir) };
  await x(process.execPath, [...files, "promote", admin.username], { nodeOptions, throwOnError: true });
  const { body } = await send("logIn", { body: { username: admin.username, password } }, 200);
  return body.accessToken;
}

/** The code of an authenticator app. */
function codeOf(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate();
}

/** So that a code that was used is good again, and no test waits for the next one. */
async function forgetSteps(): Promise<void> {
  const client = createClient({ url: `file:${join(app.dir, ".data/auth.db")}`, timeout: 5_000 });
  await client.execute("update auth_totp_secrets set last_step = 0");
  client.close();
}

/** That of the tests that ship with it. */
async function softAuthenticator() {
  return import(join(app.dir, "test/auth/passkeys/authenticator.ts"));
}

let admin: { username: string } | undefined;

async function idOf(bearer: string): Promise<string> {
  const { body } = await send("getMe", { bearer }, 200);
  return body.user.id;
}

function isProtected({ operation }: Documented): boolean {
  return operation.security.every((way: object) => Object.keys(way).length > 0);
}

function cookieOf({ headers }: { headers: Headers }): string {
  return headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

function newName(): string {
  return `ada-${randomBytes(6).toString("hex")}`;
}

function newAddress(): string {
  return `${newName()}@example.org`;
}

/** The token of the link to that page, in the newest mail that went to the address. */
async function tokenTo(address: string, page: string): Promise<string> {
  const dir = join(app.dir, "mail");
  for (let attempt = 0; attempt < 100; attempt++) {
    const names = (await fs.pathExists(dir)) ? (await readdir(dir)).filter((name) => name.endsWith(".eml")).sort() : [];
    for (const name of names.reverse()) {
      const mail = await PostalMime.parse(await readFile(join(dir, name)));
      const token = new RegExp(`${page}#token=([\\w-]+)`).exec(mail.text ?? "")?.[1];
      if (token && mail.to?.some((one) => one.address === address)) return token;
    }
    await sleep(50);
  }
  throw new Error(`No mail with ${page} went to ${address}`);
}
