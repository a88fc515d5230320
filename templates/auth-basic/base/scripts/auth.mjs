// Runs a command of the auth module: from its TypeScript source where tsx is installed (development), else from the
// build (production). Usage: node scripts/auth.mjs <source file> <built file> <command> [argument]
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// pnpm and yarn hand on the "--" of `pnpm auth:admin -- create`, npm keeps it.
const [source, built, ...command] = process.argv.slice(2).filter((word) => word !== "--");
const tsx = existsSync(source) ? findTsx() : undefined;
if (!tsx && !existsSync(built)) {
  console.error(`Neither ${source} with tsx nor ${built} is here: run the build, or install the dev dependencies.`);
  console.error(`Where a bundler makes your build, let it take ${source} as a second entry point.`);
  process.exit(1);
}
const run = tsx ? ["--import", tsx, source] : [built];
const { status } = spawnSync(process.execPath, [...run, ...command], { stdio: "inherit" });
process.exit(status ?? 1);

function findTsx() {
  try {
    return pathToFileURL(createRequire(join(process.cwd(), "package.json")).resolve("tsx")).href;
  } catch {
    return undefined;
  }
}
