import { spawn } from "node:child_process";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Builds the command line into a folder of its own, so that no other build gets in the way. Returns its main.js. */
export async function buildCli(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "authwright-cli-")));
  afterAll(() => fs.remove(folder));
  const built = await run(process.execPath, [join(root, "scripts/build.mjs"), join(folder, "dist")], root).ended;
  if (built.code !== 0) throw new Error(built.stderr);
  for (const name of [
    "package.json",
    "registry.json",
    "registry.schema.json",
    "facts.schema.json",
    "advisories.json",
    "templates",
    "docs",
    "CHANGELOG.md",
    "README.md",
  ])
    await fs.copy(join(root, name), join(folder, name));
  return join(folder, "dist/main.js");
}

/** Starts a program without a terminal, and without the variables of this run that change what it does. */
export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const { CI: _ci, DATABASE_URL: _url, AUTH_DATABASE_URL: _own, NODE_ENV: _mode, ...inherited } = process.env;
  const child = spawn(program, args, { cwd, env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}
