import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { x } from "tinyexec";
import { repo } from "./template-tree.js";

export interface ShippedRun {
  readonly exitCode: number | undefined;
  /** What the runner printed, both streams. */
  readonly output: string;
  /** The folder for temporary files that the run had for itself. */
  readonly tmp: string;
}

/** Runs the tests that ship with the module, in a composed app, as its owner would: with vitest, on nothing but `env`. */
export async function runShippedTests(
  dir: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<ShippedRun> {
  const tmp = join(dir, "tmp");
  await mkdir(tmp, { recursive: true });
  const vitest = join(repo, "node_modules", "vitest", "vitest.mjs");
  const { exitCode, stdout, stderr } = await x(process.execPath, [vitest, "run", "--root", dir, ...args], {
    nodeOptions: { cwd: dir, env: { ...cleanEnvironment(), TMPDIR: tmp, ...env } },
    throwOnError: false,
  });
  return { exitCode, output: `${stdout}\n${stderr}`, tmp };
}

/** tinyexec adds the environment of this process: what is undefined here is taken away again. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "HOME"];
  const names = Object.keys(process.env).filter((name) => !kept.includes(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
