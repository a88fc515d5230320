import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fs from "fs-extra";
import { expect, onTestFinished, test } from "vitest";
import { api } from "../support/api.js";
import { run as start } from "../support/cli.js";
import { useFiles } from "../support/fixture.js";
import { freePort } from "../support/free-port.js";
import { waitHangMs } from "../support/limits.js";
import { freshDatabase } from "../support/postgres.js";
import { cli, run } from "../support/user-project.js";

const user = { username: "ada", password: "nine blue herons wade" };
const late = { username: "grace", password: "a lantern in the rain" };

test.each(["sqlite", "postgres"] as const)(
  "a new project on %s passes its own checks, and its build answers until SIGTERM ends it",
  async (database) => {
    const dir = await newProject(database);
    for (const script of ["lint", "types", "build", "test"]) await run(dir, ["npm", "run", script]);
    const before = await fs.readFile(join(dir, "authwright.json"), "utf8");
    const again = await run(dir, [process.execPath, cli, "add", "auth-basic", "--yes"]);
    expect(again).toContain("nothing to do");
    expect(await fs.readFile(join(dir, "authwright.json"), "utf8")).toBe(before);

    const server = await startBuild(dir, await environment(database, dir));
    const client = api(server.url);
    const signup = await client.post("/api/auth/signup", user);
    expect(signup.status).toBe(201);
    expect((await client.get("/api/hello", signup.body.accessToken)).body).toEqual({ userId: signup.body.user.id });
    expect((await client.get("/api/hello")).status).toBe(401);
    expect((await client.get("/nowhere")).status).toBe(404);

    const open = halfOf(`${server.url}/api/auth/signup`, late);
    await sleep(200);
    server.child.kill("SIGTERM");
    const started = Date.now();
    await refusesConnections(server.url);
    expect(await open.finish()).toMatchObject({ status: 201, connection: "close" });
    expect(await server.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(Date.now() - started).toBeLessThan(5_000);
  },
);

async function newProject(database: string): Promise<string> {
  const { dir } = await useFiles({});
  const output = await run(dir, [process.execPath, cli, "init", "my-app", "--yes", "--database", database]);
  for (const line of ["cd my-app", "npm run dev", "curl localhost:3000/api/auth/signup"])
    expect(output).toContain(line);
  const project = join(dir, "my-app");
  expect(await run(project, ["git", "status", "--short", "--untracked-files=all"])).not.toMatch(
    / (\.env|node_modules\/.*)$/m,
  );
  return project;
}

/** The variables of a deployment; on Postgres a database with the tables in it. */
async function environment(database: string, dir: string): Promise<Record<string, string>> {
  if (database !== "postgres") return {};
  const { url, drop } = await freshDatabase();
  onTestFinished(drop);
  expect(await run(dir, ["npm", "run", "auth:migrate"], { DATABASE_URL: url })).toContain("Applied: 0001");
  return { DATABASE_URL: url };
}

async function startBuild(dir: string, env: Record<string, string>) {
  const port = await freePort();
  const settings = { NODE_ENV: "production", PORT: String(port), HOST: "127.0.0.1", ...env };
  const server = start(process.execPath, ["dist/server.js"], dir, settings);
  onTestFinished(() => void server.child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + waitHangMs; Date.now() < deadline; await sleep(100)) {
    const answer = await fetch(`${url}/api/auth/health`).catch(() => null);
    if (answer?.status === 204) return { ...server, url };
  }
  throw new Error(`the build does not answer:\n${JSON.stringify(await server.ended)}`);
}

/** Sends the first half of a request's body; `finish` sends the rest, and gives the answer. */
function halfOf(url: string, body: object) {
  const text = JSON.stringify(body);
  const headers = { "content-type": "application/json", "content-length": text.length, connection: "keep-alive" };
  const sent: ClientRequest = request(url, { method: "POST", headers });
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  sent.write(text.slice(0, 10));
  return {
    async finish() {
      sent.end(text.slice(10));
      const [answer] = await answered;
      answer.resume();
      return { status: answer.statusCode, connection: answer.headers.connection };
    },
  };
}

async function refusesConnections(url: string): Promise<void> {
  for (const deadline = Date.now() + 3_000; Date.now() < deadline; await sleep(50)) {
    const refused = await fetch(url, { headers: { connection: "close" } }).then(
      () => false,
      () => true,
    );
    if (refused) return;
  }
  throw new Error("the server still takes connections three seconds after SIGTERM");
}
