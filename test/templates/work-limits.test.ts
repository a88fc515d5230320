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
import { type Json, operationsOf, resolveIn } from "../support/openapi-document.js";

// Work that a stranger causes before anybody has looked at how long a text is: nothing of the kind is done.

const items = [
  ...["auth-cookies", "auth-sudo", "auth-sessions", "auth-events", "auth-hibp"],
  ...["auth-grace", "auth-email", "auth-admin", "auth-openapi"],
];
const password = "nine blue herons wade";
/** In everything that is sent too long: what is done with it is seen by that. */
const mark = "qzjxqzjx";
/** The longest text that any member may be, before it is normalized. */
const mostCharacters = 1024;

/** The application parses bodies itself, and tells what the module has done with texts that have the mark in them. */
const server = `import { createHash, createHmac } from "node:crypto";
import express from "express";

const seen: { did: string; characters: number; at: string }[] = [];
Error.stackTraceLimit = 50;

/** Whether the module asked for it: itself, or by zod. */
function note(did: string, text: unknown): void {
  if (typeof text !== "string" || !text.includes(${JSON.stringify(mark)})) return;
  const frames = (new Error().stack ?? "").split("\\n").slice(3);
  const caller = frames.find((frame) => !/node_modules\\/zod|<anonymous>|node:internal/.test(frame)) ?? "";
  if (caller.includes("/src/") && !caller.includes("node_modules")) seen.push({ did, characters: text.length, at: caller.trim() });
}

function watch(owner: any, name: string, did: string, textOf: (self: any, args: any[]) => unknown): void {
  const original = owner[name];
  owner[name] = function (...args: any[]) {
    note(did, textOf(this, args));
    return original.apply(this, args);
  };
}
// Everything that matches an expression comes to exec.
watch(RegExp.prototype, "exec", "matched", (_self, [text]) => text);
watch(String.prototype, "normalize", "normalized", (self) => String(self));
for (const name of ["toLowerCase", "toUpperCase"]) watch(String.prototype, name, "folded", (self) => String(self));
for (const hash of [createHash("sha256"), createHmac("sha256", "key")])
  watch(Object.getPrototypeOf(hash), "update", "hashed", (_self, [text]) => (Buffer.isBuffer(text) ? text.toString() : text));

const { authRouter, closeAuth } = await import("./src/routes/auth.js");
const { adminRouter } = await import("./src/routes/admin.js");
const app = express();
app.set("trust proxy", true);
app.use(express.json());
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);
app.get("/seen", (_req, res) => void res.json(seen.splice(0)));
${listens}${closes}`;

interface Seen {
  did: string;
  characters: number;
  at: string;
}

let app: ComposedApp;
let running: RunningApp;
let document: Json;
let bearer: string;

beforeAll(async () => {
  app = await composeApp({ items, server });
  running = await startApp(app.dir, { AUTH_MAIL: "queue", AUTH_RATE_LIMIT: "on" });
  document = await (await fetch(`${running.url}/api/auth/openapi.json`)).json();
  bearer = await logInAsAdmin();
});

afterAll(async () => {
  await running?.stop();
  await app?.remove();
});

describe("a text that is too long", () => {
  test("is seen where the module works with it: what follows would notice", async () => {
    await send("POST /login", { body: { username: `${mark}a`, password } });
    const did = new Set((await seen()).map(({ did }) => did));
    expect([...did].sort()).toEqual(["folded", "hashed", "matched", "normalized"]);
  });

  test("is neither normalized, matched nor hashed, in any member of any body", async () => {
    let members = 0;
    for (const { route, schema } of bodies()) {
      for (const name of Object.keys(schema.properties ?? {})) {
        for (const value of tooLong(name)) {
          await send(route, { body: { ...sampleOf(schema), [name]: value } });
        }
        expect(await seen(), `${route} ${name}`).toEqual([]);
        members += 1;
      }
    }
    expect(members).toBeGreaterThan(20);
  });

  test("is neither normalized, matched nor hashed, in any parameter of any path and query", async () => {
    let parameters = 0;
    for (const { route, parameter } of queries()) {
      const name = parameter.name as string;
      const text = mark + "a".repeat(6_000);
      const path = parameter.in === "path" ? route.replace(`{${name}}`, text) : `${route}?${name}=${text}`;
      await send(path, {});
      expect(await seen(), `${route} ${name}`).toEqual([]);
      parameters += 1;
    }
    expect(parameters).toBeGreaterThan(8);
  });

  test("is neither normalized, matched nor hashed, in any header, but for what is kept of it", async () => {
    const text = mark + "a".repeat(6_000);
    const headers: Record<string, string> = {
      authorization: `Bearer ${text}`,
      cookie: `__Host-sid=${text}; sid-dev=${text}`,
      origin: `http://localhost${text}`,
      "sec-fetch-site": text,
      "auth-session": text,
      "user-agent": text,
      "x-forwarded-for": text,
      "content-type": `application/json; charset=${text}`,
      "x-forwarded-host": `localhost${text}`,
      "x-forwarded-proto": text,
    };
    for (const [name, value] of Object.entries(headers)) {
      for (const route of ["GET /me", "DELETE /session", "POST /login", "POST /session", "GET /sessions"]) {
        const body = route.startsWith("POST") ? { body: { username: "nobody", password } } : {};
        const auth = name === "authorization" || name === "cookie" ? {} : { authorization: `Bearer ${bearer}` };
        await send(route, { ...body, headers: { ...auth, ...from(), [name]: value } });
        const beyond = (await seen()).filter(({ characters }) => characters > 256);
        expect(beyond, `${route} ${name}`).toEqual([]);
      }
    }
  });
});

/** Every operation that reads a body, with the schema of that. */
function bodies(): { route: string; schema: Json }[] {
  return operationsOf(document).flatMap(({ route, operation }) => {
    const schema = resolveIn(document, operation.requestBody?.content?.["application/json"]?.schema);
    return schema ? [{ route, schema }] : [];
  });
}

function queries(): { route: string; parameter: Json }[] {
  return operationsOf(document).flatMap(({ route, operation }) =>
    (operation.parameters ?? [])
      .map((parameter: Json) => resolveIn(document, parameter))
      .filter((parameter: Json) => parameter.in === "path" || parameter.in === "query")
      .map((parameter: Json) => ({ route, parameter })),
  );
}

/** The body of which one member is too long. Its other members are none that does more than that is about. */
function sampleOf(schema: Json): Json {
  const known: Json = { username: "nobody", password: "x", currentPassword: "x", newPassword: "x", token: "x" };
  return Object.fromEntries((schema.required ?? []).map((name: string) => [name, known[name] ?? "x"]));
}

/** One character too many, and as many as the body may have. */
function tooLong(name: string): unknown[] {
  const texts = [mostCharacters + 1, 20_000].map((characters) => mark.padEnd(characters, "a"));
  if (name === "ids") return texts.map((text) => [text]);
  return [...texts, ...texts.map((text) => `ada@${text}.example`), ...texts.map((text) => `${text}@example.org`)];
}

interface Request {
  body?: unknown;
  headers?: Record<string, string>;
}

async function send(route: string, { body, headers }: Request): Promise<number> {
  const [method = "", path = ""] = route.split(" ");
  const auth = headers ?? { ...from(), ...(path === "/login" ? {} : { authorization: `Bearer ${bearer}` }) };
  const answer = await fetch(`${running.url}/api/auth${path.replace(/\{\w+\}/g, "x")}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...auth },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await answer.arrayBuffer();
  expect(answer.status, route).toBeLessThan(500);
  return answer.status;
}

let clients = 0;

/** Each request comes from a network of its own, so that no limit is met. */
function from(): Record<string, string> {
  clients += 1;
  return { "x-forwarded-for": `3fff:0:0:${clients.toString(16)}::1` };
}

async function seen(): Promise<Seen[]> {
  return (await fetch(`${running.url}/seen`)).json() as Promise<Seen[]>;
}

async function logInAsAdmin(): Promise<string> {
  const body = JSON.stringify({ username: "ada", password });
  const sent = { method: "POST", headers: { "content-type": "application/json" }, body };
  expect((await fetch(`${running.url}/api/auth/signup`, sent)).status).toBe(201);
  const files = ["scripts/auth.mjs", "src/auth/admin/commands.ts", "dist/auth/admin/commands.js"];
  await x(process.execPath, [...files, "promote", "ada"], {
    nodeOptions: { cwd: app.dir, env: appEnv(app.dir) },
    throwOnError: true,
  });
  const { accessToken } = (await (await fetch(`${running.url}/api/auth/login`, sent)).json()) as Json;
  return accessToken;
}
