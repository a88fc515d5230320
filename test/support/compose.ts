import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { freePort } from "./free-port.js";
import { waitHangMs } from "./limits.js";
import { linkPackages, writeTree } from "./template-tree.js";

export type Env = Readonly<Record<string, string>>;

/** A small app with the module in it, in a folder of its own: `server.ts` beside `src/`. */
export interface ComposedApp {
  readonly dir: string;
  /** Runs a command of the module from source, e.g. `command(env, "migrate")`, and gives its output. Throws when it fails. */
  command(env: Env, ...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

export interface RunningApp {
  readonly url: string;
  /** Ends it as a deployment does: SIGTERM, open requests are answered. Gives its exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  /** What it has printed so far, both streams. */
  output(): string;
}

export interface Composition {
  readonly database?: "sqlite" | "postgres";
  readonly errors?: "rfc" | "auth-basic";
  readonly login?: "username" | "email";
  readonly algorithm?: "es256" | "es512";
  /** Items beside auth-basic. */
  readonly items?: readonly string[];
  /** Takes the place of the server that is written otherwise. */
  readonly server?: string;
}

/** The tree that a user gets, mounted in a small server, on the packages of the clone. */
export async function composeApp({
  database = "sqlite",
  errors = "rfc",
  login = "username",
  algorithm = "es256",
  items = [],
  server,
}: Composition): Promise<ComposedApp> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "authwright-app-")));
  await writeTree(dir, ["auth-basic", ...items], { database, errors, login, algorithm });
  await linkPackages(dir);
  await fs.outputJson(join(dir, "package.json"), { name: "composed-app", type: "module", private: true });
  await fs.outputFile(join(dir, "server.ts"), server ?? serverSource);
  return { dir, command: (env, ...args) => runCommand(dir, env, args), remove: () => fs.remove(dir) };
}

/** Starts `server.ts` of a composed app and waits until it listens. Two apps of one `dir` share secrets only when `env` gives them. */
export async function startApp(dir: string, env: Env = {}): Promise<RunningApp> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--import", "tsx", "server.ts"], {
    cwd: dir,
    // The app ends when its standard input does, so that it never outlives a killed test run.
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...appEnv(dir), PORT: String(port), PUBLIC_ORIGIN: `http://127.0.0.1:${port}`, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  await listening(child, () => output);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => end(child, "SIGTERM"),
    kill: async () => void (await end(child, "SIGKILL")),
    output: () => output,
  };
}

/** The environment of a composed app: secrets of the day, cheap hashes, no throttling, nobody asked about passwords. */
export function appEnv(dir: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    JWT_SECRET_KEY: secretOf(dir, "key"),
    JWT_ISSUER: "composed-app",
    PASSWORD_PEPPER: secretOf(dir, "pepper"),
    BCRYPT_COST: "4",
    AUTH_RATE_LIMIT: "off",
    HIBP_URL: "off",
    PUBLIC_ORIGIN: "http://127.0.0.1",
  };
}

const secrets = new Map<string, string>();

function secretOf(dir: string, name: string): string {
  const key = `${dir} ${name}`;
  const secret = secrets.get(key) ?? randomBytes(32).toString("base64url");
  secrets.set(key, secret);
  return secret;
}

async function runCommand(dir: string, env: Env, args: readonly string[]): Promise<string> {
  const files = ["scripts/auth.mjs", "src/auth/commands.ts", "dist/auth/commands.js"];
  const options = { nodeOptions: { cwd: dir, env: { ...appEnv(dir), ...env } }, throwOnError: false };
  const { exitCode, stdout, stderr } = await x(process.execPath, [...files, ...args], options);
  if (exitCode !== 0) throw new Error(`auth ${args.join(" ")} ended with ${exitCode}: ${stderr || stdout}`);
  return stdout;
}

async function listening(child: ChildProcess, output: () => string): Promise<void> {
  const deadline = AbortSignal.timeout(waitHangMs);
  while (!output().includes("listening")) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The app ended at start:\n${output()}`);
    if (deadline.aborted) {
      child.kill("SIGKILL");
      throw new Error(`The app did not listen within ${waitHangMs / 1000} s:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  return child.exitCode;
}

/** In the source of a server, behind its `app`: it listens where it is started, or ends with the error, and not after the test run. */
export const listens = `const server = app.listen(Number(process.env["PORT"]), "127.0.0.1", (error) => {
  if (error) throw error;
  console.log("listening");
});
process.stdin.resume().once("end", () => process.exit());
`;

/** And behind that: it ends as a deployment has it, by the `closeAuth` that it has imported. */
export const closes = `process.once("SIGTERM", () => {
  process.stdin.destroy();
  server.close(() => void closeAuth());
});
`;

const serverSource = `import express from "express";
import { closeAuth } from "./src/auth/close.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use("/api/auth", authRouter);
app.get("/bare", (_req, res) => void res.json({ ok: true }));
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));

${listens}${closes}`;
