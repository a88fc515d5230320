import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { type Answer, type Api, api } from "../support/api.js";
import { type ComposedApp, composeApp, type RunningApp, startApp } from "../support/compose.js";
import { type Json, operationsOf } from "../support/openapi-document.js";
import { repo } from "../support/template-tree.js";

// Every way to a session, as the document of all items has them, for somebody with a second factor (T5). A way that comes
// later stands in the document, and so has to be told of here.

const password = "nine blue herons wade";
const newPassword = "ten green herons fish";
const ownPage = { "sec-fetch-site": "same-origin" };

let app: ComposedApp;
let running: RunningApp;
let client: Api;
let waysIn: string[];

beforeAll(async () => {
  const items = readRegistry(repo).items.map(({ name }) => name);
  app = await composeApp({ items });
  running = await startApp(app.dir, { AUTH_MAIL: `outbox:${join(app.dir, "mail")}` });
  client = api(`${running.url}/api/auth`);
  const document = await (await fetch(`${running.url}/api/auth/openapi.json`)).json();
  waysIn = operationsOf(document)
    .filter(startsSession)
    .map(({ id }) => id);
});
afterAll(async () => {
  await running?.stop();
  await app?.remove();
});

/** What each takes of somebody who knows the password and nothing else. */
const byPassword: Record<string, (ada: Person) => Promise<Answer>> = {
  logIn: ({ username }) => client.post("/login", { username, password }),
  startCookieSession: ({ username }) => post("/session", { username, password }, ownPage),
  reauthenticate: ({ accessToken }) => client.post("/reauthenticate", { password }, accessToken),
  restoreAccount: async ({ username, accessToken }) => {
    expect((await client.delete("/me", { password }, accessToken)).status).toBe(204);
    return client.post("/account/restore", { username, password });
  },
};

/** What else starts a session: of a new account, with a factor or a passkey, or by a session that has proven both. */
const others = [
  ...["signUp", "logInWithTotp", "logInWithRecoveryCode", "confirmTotp", "changePassword"],
  ...["signUpWithPasskey", "logInWithPasskey"],
];

test("are these, and no other", () => {
  expect(waysIn.sort()).toEqual([...Object.keys(byPassword), ...others].sort());
});

describe.each(Object.entries(byPassword))("%s with the password alone", (_id, ask) => {
  test("starts no session: it asks for a second factor, by which the session starts", async () => {
    const ada = await enrolled();
    const before = await sessionsOf(ada);
    const asked = await ask(ada);
    expect([asked.status, asked.body.code]).toEqual([401, "SecondFactorRequired"]);
    expect(asked.headers.getSetCookie()).toEqual([]);
    expect(JSON.stringify(asked.body)).not.toContain("accessToken");
    expect((await sessionsOf(ada)).filter((id) => !before.includes(id))).toEqual([]);
    const opened = await client.post("/login/totp", { challenge: asked.body.challenge, code: codeOf(ada.secret) });
    expect(opened.status).toBe(200);
    expect(amrOf(opened.body.accessToken)).toEqual(["pwd", "otp", "mfa"]);
  });
});

describe("the second step delivers the session as it is asked itself", () => {
  test("as a cookie, though the first one was asked for tokens", async () => {
    const ada = await enrolled();
    const { body } = await client.post("/login", { username: ada.username, password });
    const answer = { challenge: body.challenge, code: codeOf(ada.secret) };
    const opened = await post("/login/totp", answer, { ...ownPage, "auth-session": "cookie" });
    expect(opened.status).toBe(200);
    expect(Object.keys(opened.body)).toEqual(["user", "session"]);
    const cookie = opened.headers.getSetCookie().find((line) => !line.startsWith("__Host-device=")) ?? "";
    const me = await fetch(`${running.url}/api/auth/me`, { headers: { cookie: cookie.split(";")[0] ?? "" } });
    expect(me.status).toBe(200);
  });

  test("as tokens, though the first one was asked for a cookie", async () => {
    const ada = await enrolled();
    const { body } = await post("/session", { username: ada.username, password }, ownPage);
    const opened = await client.post("/login/totp", { challenge: body.challenge, code: codeOf(ada.secret) });
    expect((await client.get("/me", opened.body.accessToken)).status).toBe(200);
  });
});

test("a new password keeps the factor, and what the session has proven (T21)", async () => {
  const ada = await enrolled();
  const changed = await client.put("/password", { currentPassword: password, newPassword }, ada.accessToken);
  expect(amrOf(changed.body.accessToken)).toEqual(["pwd", "otp", "mfa"]);
  const asked = await client.post("/login", { username: ada.username, password: newPassword });
  expect([asked.status, asked.body.code]).toEqual([401, "SecondFactorRequired"]);
});

test("a challenge is no session of any kind (T9)", async () => {
  const ada = await enrolled();
  const { body } = await client.post("/login", { username: ada.username, password });
  const { challenge } = body;
  expect((await client.get("/me", challenge)).status).toBe(401);
  expect((await client.post("/refresh-token", { refreshToken: challenge })).status).toBe(403);
  expect((await client.post("/validate", { refreshToken: challenge })).status).toBe(403);
  for (const name of ["__Host-session", "session", "__Host-device"]) {
    const me = await fetch(`${running.url}/api/auth/me`, { headers: { cookie: `${name}=${challenge}` } });
    expect(me.status).toBe(401);
  }
  for (const path of ["/factors/totp", "/recovery-codes", "/factors/totp/confirm"])
    expect((await client.post(path, { code: "000000" }, challenge)).status).toBe(401);
});

interface Person {
  id: string;
  username: string;
  secret: string;
  accessToken: string;
}

/** Somebody with an authenticator app, whose code of now is not spent. */
async function enrolled(): Promise<Person> {
  const username = `ada-${randomBytes(6).toString("hex")}`;
  const { body: ada } = await client.post("/signup", { username, password });
  const { body } = await client.post("/factors/totp", undefined, ada.accessToken);
  const confirmed = await client.post("/factors/totp/confirm", { code: codeOf(body.secret) }, ada.accessToken);
  expect(confirmed.status).toBe(200);
  await sql("update auth_totp_secrets set last_step = 0 where user_id = ?", ada.user.id);
  return { id: ada.user.id, username, secret: body.secret, accessToken: confirmed.body.accessToken };
}

function codeOf(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate();
}

function amrOf(accessToken: string): string[] {
  return JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString("utf8")).amr;
}

async function sessionsOf({ id }: Person): Promise<string[]> {
  const rows = await sql("select id from auth_sessions where user_id = ?", id);
  return rows.map((row) => String(row["id"]));
}

async function sql(text: string, id: string) {
  const database = createClient({ url: `file:${join(app.dir, ".data/auth.db")}`, timeout: 5_000 });
  try {
    return (await database.execute({ sql: text, args: [id] })).rows;
  } finally {
    database.close();
  }
}

async function post(path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
  const answer = await fetch(`${running.url}/api/auth${path}`, init);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** By how a client asks for it: as a cookie, where the answer is not one anyway. */
function startsSession({ id, operation }: { id: string; operation: Json }): boolean {
  const inCookie = operation.parameters?.some(({ name }: { name: string }) => name === "Auth-Session");
  return inCookie || id === "startCookieSession";
}
