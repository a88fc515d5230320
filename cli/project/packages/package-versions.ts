import semver from "semver";
import { CliError } from "../../errors.js";
import type { PackageJson, Project } from "../project.js";
import { installedVersion, plainRange } from "./installed-version.js";

export interface Places {
  readonly root: string;
  readonly workspaceRoot: string;
  /** What the package asks for, over what the workspace root asks for. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Whether the package is the root of a monorepo, whose servers are further down. */
  readonly hasWorkspaces: boolean;
}

/** The TypeScript of the project; its installed version counts before its range. */
export async function findTypescript({ root, workspaceRoot, dependencies }: Places): Promise<Project["typescript"]> {
  const version = await installedVersion("typescript", root, workspaceRoot);
  const range = dependencies["typescript"] ?? version;
  if (range === null || range === undefined) {
    throw new CliError(
      "UnsupportedProject",
      `${root} has no TypeScript: run \`npm install -D typescript\` and \`npx tsc --init\`, or make a new project with \`authwright init\``,
    );
  }
  if (majorOf(version, range) < 5) {
    throw new CliError(
      "UnsupportedProject",
      `TypeScript ${version ?? range} is too old: authwright needs 5 or later (npm install -D typescript@5)`,
    );
  }
  return { range, version };
}

export function typescriptMajor({ range, version }: Project["typescript"]): number {
  return majorOf(version, range);
}

/** Express 4.18 or later, or 5. */
export async function findExpress({
  root,
  workspaceRoot,
  dependencies,
  hasWorkspaces,
}: Places): Promise<Project["express"]> {
  const range = dependencies["express"];
  if (range === undefined) {
    const way = hasWorkspaces
      ? "name the package of the server with `--cwd`"
      : "run `npm install express` in it, or make a new one with `authwright init`";
    throw new CliError("UnsupportedProject", `${root} is no Express project: ${way}`);
  }
  const version = await installedVersion("express", root, workspaceRoot);
  if (accepts(version, range, ">=5.0.0-0 <6.0.0-0")) return { major: 5, range };
  if (accepts(version, range, ">=4.18.0 <5.0.0-0")) return { major: 4, range };
  throw new CliError(
    "UnsupportedProject",
    `Express ${version ?? range} is not supported: authwright needs 4.18 or later, or 5 (npm install express@${majorOf(version, range) === 4 ? 4 : 5})`,
  );
}

/** Whether the installed version, or else some version of the range, is in `wanted`. A range that says nothing accepts all. */
function accepts(version: string | null, range: string, wanted: string): boolean {
  if (version !== null && semver.valid(version)) return semver.satisfies(version, wanted, { includePrerelease: true });
  const plain = plainRange(range);
  if (plain === null || semver.validRange(plain) === null) return true;
  return semver.intersects(plain, wanted, { includePrerelease: true });
}

/** What is installed for every package whose range leaves that to the package manager. */
export async function resolvedVersions(
  { dependencies, devDependencies }: PackageJson,
  root: string,
  workspaceRoot: string,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, range] of Object.entries({ ...devDependencies, ...dependencies })) {
    const version = plainRange(range) === null ? await installedVersion(name, root, workspaceRoot) : null;
    if (version !== null && semver.valid(version)) found[name] = version;
  }
  return found;
}

const newestMajor = 7;

/** The major that is installed, or else the highest that the range allows: what an install brings. */
function majorOf(version: string | null, range: string): number {
  if (version !== null && semver.valid(version)) return semver.major(version);
  const plain = plainRange(range) ?? "*";
  const lowest = semver.validRange(plain) === null ? 0 : (semver.minVersion(plain)?.major ?? 0);
  for (let major = newestMajor; major > lowest; major--) {
    if (accepts(null, range, `>=${major}.0.0-0 <${major + 1}.0.0-0`)) return major;
  }
  return lowest;
}
