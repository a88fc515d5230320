// Runs a command of the auth module: from its TypeScript source with tsx (development), else from the build, else from
// the source by Node itself (24). Usage: node scripts/auth.mjs <source file> <built file> <command> [argument]
import { spawnSync } from "node:child_process";
import console from "node:console";
import { existsSync } from "node:fs";
import nodeModule, { createRequire } from "node:module";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL, URL } from "node:url";

// pnpm and yarn hand on the "--" of `pnpm auth:admin -- create`, npm keeps it.
const [source, built, ...command] = process.argv.slice(2).filter((word) => word !== "--");
const build = findBuild();
const tsx = existsSync(source) ? findTsx() : undefined;
const runsTypeScript = Boolean(process.features.typescript) && nodeModule.registerHooks !== undefined;
const bySource = tsx !== undefined || (!build && existsSync(source) && runsTypeScript);
if (!bySource && !build) {
  console.error(`Neither ${source} with tsx (or with Node 24) nor ${built} is here: run the build, or install tsx.`);
  console.error(`Where a bundler makes your build, let it take ${source} as a second entry point.`);
  process.exit(1);
}
const file = bySource ? source : build;
const loader = tsx
  ? ["--import", tsx]
  : bySource
    ? ["--import", new URL("./read-typescript.mjs", import.meta.url).href]
    : [];
const args = [...loader, "--input-type=module", "--eval", startLine(), "--", file, ...command];
const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
process.exit(status ?? 1);

/** A variable that the module refuses to start with is one line, not a stack. */
function startLine() {
  const url = JSON.stringify(pathToFileURL(resolve(file)).href);
  const report = `console.error(error?.code === "JWTEnvVariableMissing" ? error.message : error)`;
  return `import(${url}).catch((error) => { ${report}; process.exitCode = 1; });`;
}

/** A bundler chooses the ending by the module format, and some make a folder. */
function findBuild() {
  const stem = built.replace(/\.js$/, "");
  return [built, `${stem}.mjs`, `${stem}.cjs`, `${stem}/index.js`, `${stem}/index.mjs`].find((path) =>
    existsSync(path),
  );
}

function findTsx() {
  try {
    return pathToFileURL(createRequire(join(process.cwd(), "package.json")).resolve("tsx")).href;
  } catch {
    return undefined;
  }
}
