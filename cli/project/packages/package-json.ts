import { join, resolve } from "node:path";
import { CliError } from "../../errors.js";
import { isObject, parseObject } from "../../text/json.js";
import { upwards } from "../../text/repo-path.js";
import { isFile, isFolder, readText } from "../../text/text-file.js";
import type { PackageJson } from "../project.js";

/** package.json as the rest of the CLI sees it, and every other member as written. */
export interface Manifest {
  readonly packageJson: PackageJson;
  readonly members: Readonly<Record<string, unknown>>;
}

/** The nearest folder at or above `cwd` that has a package.json. */
export async function findPackageRoot(cwd: string): Promise<string> {
  const start = resolve(cwd);
  if (!(await isFolder(start))) {
    throw new CliError("BadArgument", `--cwd: there is no folder ${start}; name the folder of your Express project`);
  }
  for (const folder of upwards(start)) {
    if (await isFile(join(folder, "package.json"))) return folder;
  }
  throw new CliError(
    "UnsupportedProject",
    `no package.json in ${start} or above it: go to your Express project, or make a new one with \`authwright init\``,
  );
}

export async function readManifest(root: string): Promise<Manifest> {
  const path = join(root, "package.json");
  const text = (await readText(path)) ?? "";
  const members = parseObject(text);
  if (members === null) {
    throw new CliError("UnsupportedProject", `${path} is no JSON object: correct it, then run this again`);
  }
  return { members, packageJson: packageJsonOf(text, members) };
}

/** What a package.json says; `members` are those of its text. */
export function packageJsonOf(text: string, members: Readonly<Record<string, unknown>>): PackageJson {
  return {
    text,
    name: typeof members["name"] === "string" ? members["name"] : "",
    type: members["type"] === "module" ? "module" : "commonjs",
    scripts: strings(members["scripts"]),
    dependencies: strings(members["dependencies"]),
    devDependencies: strings(members["devDependencies"]),
  };
}

/** Every package that package.json asks for, with its range. */
export function allDependencies({ members }: Manifest): Record<string, string> {
  return {
    ...strings(members["peerDependencies"]),
    ...strings(members["optionalDependencies"]),
    ...strings(members["devDependencies"]),
    ...strings(members["dependencies"]),
  };
}

function strings(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
