import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { api } from "../support/api.js";
import { appEnv, type ComposedApp, composeApp, type Env, type RunningApp, startApp } from "../support/compose.js";

// The item as it runs: in a process of its own, as HIBP_URL says. Its shipped test holds every way to fail.

const breached = "thirteen lazy otters nap";
const hash = createHash("sha1").update(breached).digest("hex").toUpperCase();

let app: ComposedApp;
let service: Server;
let running: RunningApp | undefined;
let asked: (string | undefined)[] = [];
let answer: (res: ServerResponse) => void;

beforeAll(async () => {
  app = await composeApp({ items: ["auth-hibp"] });
  service = createServer((req, res) => {
    asked.push(req.url);
    answer(res);
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  asked = [];
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  await app.remove();
});

test("HIBP_URL is asked with five characters, and a listed password is refused", async () => {
  answer = (res) => void res.end(`${hash.slice(5)}:3\r\n`);
  const signUp = await start({ HIBP_URL: serviceUrl() });
  expect((await signUp("ada", breached)).status).toBe(400);
  expect((await signUp("ada", "nine blue herons wade")).status).toBe(201);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toBe(`/range/${hash.slice(0, 5)}`);
});

test("an outage lets signups pass with one line in the log, and the process ends as before", async () => {
  answer = () => undefined;
  const signUp = await start({ HIBP_URL: serviceUrl() });
  const started = performance.now();
  const names = Array.from({ length: 60 }, (_, index) => `ada-${index}`);
  const statuses = await Promise.all(names.map(async (name) => (await signUp(name, `${name} naps all day`)).status));
  expect(new Set(statuses)).toEqual(new Set([201]));
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(asked).toHaveLength(50);
  expect((await signUp("bob", breached)).status).toBe(201);
  expect(asked).toHaveLength(50);
  expect(await running?.stop()).toBe(0);
  const told = running?.output().match(/^.*breach.*$/gm) ?? [];
  const line = { time: expect.any(String), event: "authn_password_breach_check_fail", outcome: "failure" };
  expect(told.map((text) => JSON.parse(text))).toEqual([{ ...line, reason: expect.any(String) }]);
  running = undefined;
});

test("off asks nobody", async () => {
  const signUp = await start({ HIBP_URL: "off" });
  expect((await signUp("carol", breached)).status).toBe(201);
  expect(asked).toEqual([]);
});

test("plain http to another machine ends the import, and the message names the variable", async () => {
  const env = { ...appEnv(app.dir), HIBP_URL: "http://mirror.example.com" };
  const child = spawn(process.execPath, ["--import", "tsx", "src/routes/auth.ts"], { cwd: app.dir, env });
  let output = "";
  child.stderr.on("data", (chunk) => (output += chunk));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(output).toContain("HIBP_URL must be https://");
});

async function start(env: Env) {
  running = await startApp(app.dir, env);
  const client = api(running.url);
  return (username: string, password: string) => client.post("/api/auth/signup", { username, password });
}

function serviceUrl(): string {
  return `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
}
