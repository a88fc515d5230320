import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fs from "fs-extra";
import { freePort } from "./free-port.js";
import { waitHangMs } from "./limits.js";
import { repo } from "./template-tree.js";

export type PackageManager = "npm" | "pnpm";

/** The bundled command line. */
export const cli = join(repo, "dist/main.js");

/** Runs a program in a user's project and gives all that it printed. Throws, with that, when it fails. */
export async function run(
  dir: string,
  [program = "", ...args]: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(program, args, {
    cwd: dir,
    env: { ...(await userEnv()), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child);
  const [code, signal] = await once(child, "close");
  if (code === 0) return output();
  throw new Error(`"${[program, ...args].join(" ")}" ended with ${code ?? signal}:\n${output()}`);
}

export interface Deployed {
  readonly url: string;
  output(): string;
  stop(): Promise<void>;
}

/** Starts a built server as a deployment does, and waits until its auth routes answer. */
export async function boot(
  dir: string,
  file: string,
  env: Record<string, string>,
  node = process.execPath,
): Promise<Deployed> {
  const port = await freePort();
  const child = spawn(node, [file], {
    cwd: dir,
    env: { ...(await userEnv()), NODE_ENV: "production", PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await healthy(url, child, output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, output, stop };
}

/** The files below a folder, relative and sorted; none where there is no such folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  if (!(await fs.pathExists(folder))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

async function healthy(url: string, child: ChildProcess, output: () => string): Promise<void> {
  let last = "no answer";
  for (const deadline = Date.now() + waitHangMs; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`The build ended with ${child.exitCode} at start:\n${output()}`);
    last = await fetch(`${url}/api/auth/health`).then(
      (answer) => String(answer.status),
      () => last,
    );
    if (last === "204") return;
  }
  throw new Error(`GET /api/auth/health of the build: ${last}\n${output()}`);
}

function collect(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  return () => output;
}

/** A user's shell: nothing of this clone's npm run, of vitest, or of a database; pnpm is installed. */
async function userEnv(): Promise<Record<string, string>> {
  const foreign =
    /^(npm_(package|lifecycle|config_local_prefix)|INIT_CWD$|VITEST|TEST|NODE_ENV$|NODE_OPTIONS$|DATABASE_)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    PATH: [await pnpmFolder(), ...path].join(delimiter),
    CI: "true",
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
}

let pnpmLink: Promise<string> | undefined;

/** Made once: projects that run side by side ask for it at the same moment. */
function pnpmFolder(): Promise<string> {
  const folder = join(repo, "node_modules/.cache/authwright/bin");
  const link = () => fs.ensureSymlink(join(repo, "node_modules/pnpm/bin/pnpm.cjs"), join(folder, "pnpm"));
  pnpmLink ??= link().then(() => folder);
  return pnpmLink;
}
