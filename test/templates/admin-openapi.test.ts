import { createClient } from "@libsql/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, api } from "../support/api.js";
import { type ComposedApp, composeApp, type RunningApp, startApp } from "../support/compose.js";
import { type Contract, contractOf, type Sent } from "../support/contract.js";

const password = "nine blue herons wade";

/** Everybody who signs up as `admin-...` is one: the terminal's part has tests of its own. */
const server = `import express from "express";
import { sql } from "drizzle-orm";
import { onEvent } from "./src/auth/events.js";
import { passwordResets } from "./src/auth/password-resets.js";
import { write } from "./src/db/client.js";
import { users } from "./src/db/schema/auth.js";
import { adminRouter } from "./src/routes/admin.js";
import { authRouter } from "./src/routes/auth.js";

onEvent("user_created", async () => void (await write((db) => db.update(users).set({ role: "admin" }).where(sql\`username like 'admin-%'\`))));
passwordResets.push(async () => true);
const app = express();
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);
app.get("/routes", (_req, res) => void res.json(adminRouter.stack.flatMap(({ route }: any) => route ? Object.keys(route.methods).map((one) => one.toUpperCase() + " /admin" + route.path) : [])));
app.listen(Number(process.env["PORT"]), "127.0.0.1", () => console.log("listening"));
process.stdin.resume().once("end", () => process.exit());
`;

let app: ComposedApp;
let running: RunningApp;
let contract: Contract;
let admin: Sent;
let other: Sent;
let id: string;

beforeAll(async () => {
  app = await composeApp({ items: ["auth-openapi", "auth-admin"], server });
  running = await startApp(app.dir);
  const { body } = await api(running.url).get("/api/auth/openapi.json");
  contract = contractOf(body, `${running.url}/api/auth`);
  admin = { bearer: (await signUp("admin-1")).body.accessToken };
  const user = await signUp("somebody");
  [other, id] = [{ bearer: user.body.accessToken }, user.body.user.id];
});

afterAll(async () => {
  await running?.kill();
  await app?.remove();
});

test("the document has every route of the admins' router", async () => {
  const { body } = await api(running.url).get("/routes");
  const routes = (body as string[]).map((route) => route.replace(/:(\w+)/g, "{$1}"));
  expect(ofAdmins().map(({ route }) => route)).toEqual(expect.arrayContaining(routes));
  expect(ofAdmins()).toHaveLength(new Set(routes).size);
});

test("every documented answer is given, and is as documented", async () => {
  const { next } = await send("listUsers", { ...admin, query: "?limit=1&sort=username&role=user" }, 200);
  await send("listUsers", { ...admin, query: "?limit=1" }, 200);
  expect(next).toBeNull();
  const body = { username: "made", email: "made@example.org", displayName: "Made", role: "user" };
  const { user } = await send("createUser", { ...admin, body }, 201);
  await send("createUser", { ...admin, body }, 409);
  await send("getUser", { ...admin, params: { id } }, 200);
  await send("updateUser", { ...admin, params: { id }, body: { displayName: null, email: null, role: "user" } }, 200);
  await send("sendPasswordReset", { ...admin, params: { id } }, 202);
  for (const one of ["disableUser", "enableUser"]) await send(one, { ...admin, params: { id } }, 200);
  await send("logOutUser", { ...admin, params: { id } }, 204);
  await send("deleteUser", { ...admin, params: { id } }, 204);
  await send("deleteUsers", { ...admin, body: { ids: [user.id, id, "\u0000"] } }, 200);
  await refusals();
  expect(contract.unseen().filter((answer) => ofAdmins().some(({ id: one }) => answer.startsWith(`${one} `)))).toEqual(
    [],
  );
});

async function refusals(): Promise<void> {
  other = { bearer: (await signUp("another")).body.accessToken };
  for (const { id: one, route, operation } of ofAdmins()) {
    const byId = route.includes("{id}");
    await send(one, {}, 401);
    await send(one, { ...other, params: { id } }, byId ? 404 : 403);
    await send(one, { ...admin, params: { id: "%ff" }, query: "?page=1", body: operation.requestBody && "[]" }, 400);
    if (!operation.requestBody) continue;
    await send(one, { ...admin, headers: { "content-type": "text/plain" }, body: "x" }, 415);
    await send(one, { ...admin, body: { username: "x".repeat(40_000) } }, 413);
  }
  const old = await startedLongAgo();
  for (const { id: one, route } of ofAdmins())
    if (!route.startsWith("GET ")) await send(one, { ...old, params: { id } }, 403);
}

async function startedLongAgo(): Promise<Sent> {
  const { body } = await signUp("admin-2");
  const sessionId = JSON.parse(Buffer.from(body.accessToken.split(".")[1], "base64url").toString()).sid;
  const client = createClient({ url: `file:${app.dir}/.data/auth.db`, timeout: 5_000 });
  await client.execute({ sql: "update sessions set created_at = created_at - 660000 where id = ?", args: [sessionId] });
  client.close();
  return { bearer: body.accessToken };
}

async function send(operation: string, sent: Sent, status: number) {
  const received = await contract.send(operation, sent);
  expect(received.status, `${operation}: ${JSON.stringify(received.body)}`).toBe(status);
  return received.body;
}

function ofAdmins() {
  return contract.operations.filter(({ route }) => route.includes(" /admin/"));
}

function signUp(username: string): Promise<Answer> {
  return api(running.url).post("/api/auth/signup", { username, password });
}
