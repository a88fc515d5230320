import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";

const starter = fileURLToPath(new URL("starter", import.meta.url));
export const cli = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** A new Express + TypeScript project, as someone would have before they need logins. */
export async function makeProject(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "authwright-demo-"));
  await fs.copy(starter, dir);
  return dir;
}

/** What the user of the project writes by hand: one import and one route. */
export async function guardNotes(dir: string): Promise<readonly string[]> {
  const path = join(dir, "src/server.ts");
  const source = await fs.readFile(path, "utf8");
  const imported = `import { protectedRoute } from "./middleware/jwt.js";`;
  const route = `app.get("/notes", protectedRoute, (_req, res) => void res.json({ notes }));`;
  await fs.writeFile(path, `${imported}\n${source.replace("const port =", `${route}\n\nconst port =`)}`);
  return [imported, route];
}

/** Runs a program to its end and gives its standard output. Throws with all that it printed when it fails. */
export async function run(dir: string, program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const child = spawn(program, args, { cwd: dir, env: cleanEnv(), stdio: ["ignore", "pipe", "pipe"], signal });
  let [output, all] = ["", ""];
  child.stdout.on("data", (chunk) => {
    output += chunk;
    all += chunk;
  });
  child.stderr.on("data", (chunk) => {
    all += chunk;
  });
  child.on("error", () => {}); // An abort is an error event too; the exit that follows says the same.
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${[program, ...args].join(" ")} ended with ${code}:\n${all}`);
  return output;
}

export interface Server {
  readonly url: string;
  readonly output: () => string;
  stop(): Promise<void>;
}

/** Starts the project's server on a free port and waits until it listens. */
export async function startServer(dir: string): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--import", "tsx", "src/server.ts"], {
    cwd: dir,
    env: { ...cleanEnv(), PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  for (const deadline = Date.now() + 30_000; !output.includes("listening"); await sleep(50)) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    await stop(child);
    throw new Error(`The server did not start:\n${output}`);
  }
  return { url: `http://localhost:${port}`, output: () => output, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 3000;
}

/** Neither npm's variables of this clone nor a variable that the module reads may reach the new project. */
function cleanEnv(): NodeJS.ProcessEnv {
  const ours = /^(npm_(package|lifecycle|config_local_prefix)|INIT_CWD$|DATABASE_|JWT_|PASSWORD_PEPPER|NODE_ENV$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
