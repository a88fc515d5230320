import { join } from "node:path";

const names = [
  "package-lock.json",
  "npm-shrinkwrap.json",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "yarn.lock",
  ".pnp.cjs",
  ".pnp.loader.mjs",
  "bun.lock",
  "bun.lockb",
];

/** What a package manager may write beside package.json, in the project and at the root of its workspace. */
export function lockFiles(folders: readonly string[]): string[] {
  return [...new Set(folders)].flatMap((folder) => names.map((name) => join(folder, name)));
}
