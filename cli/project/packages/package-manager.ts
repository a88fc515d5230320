import { join } from "node:path";
import { detect, getUserAgent } from "package-manager-detector";
import { CliError } from "../../errors.js";
import { isFile } from "../../text/text-file.js";
import type { Guess, PackageManager } from "../project.js";

interface Detected {
  readonly packageManager: PackageManager;
  readonly guess: Guess;
}

const runners = { npm: "npm run", pnpm: "pnpm", yarn: "yarn", bun: "bun run" } as const;

/** Lock file first (it may be at the workspace root), then package.json's own word, then whoever started us. */
export async function detectPackageManager(root: string, workspaceRoot: string): Promise<Detected> {
  const found = await detect({ cwd: root, stopDir: workspaceRoot });
  const name = found?.name ?? getUserAgent() ?? "npm";
  if (name === "deno") {
    throw new CliError(
      "UnsupportedProject",
      "this is a Deno project: authwright needs Node and npm, pnpm, yarn or bun",
    );
  }
  const known = name in runners ? (name as PackageManager["name"]) : "npm";
  const because = found ? "lock file or packageManager field" : "no lock file or packageManager field";
  return {
    packageManager: { name: known, install: await installCommand(known, workspaceRoot), run: runners[known] },
    guess: { what: "package manager", value: known, because, flag: null },
  };
}

/** CI makes pnpm and yarn refuse a package.json that the lock file does not match yet. */
async function installCommand(name: PackageManager["name"], workspaceRoot: string): Promise<string[]> {
  if (name === "pnpm") return ["pnpm", "install", "--no-frozen-lockfile"];
  if (name === "yarn" && (await isFile(join(workspaceRoot, ".yarnrc.yml"))))
    return ["yarn", "install", "--no-immutable"];
  return [name, "install"];
}
