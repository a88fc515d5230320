import { posix } from "node:path";
import type { Bundler, BundlerTool } from "../../project/build/bundler.js";
import { isEntryPoint } from "../../project/build/entry-points.js";
import type { Project } from "../../project/project.js";
import { chosenParts } from "../../registry/choices.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";
import { buildOutput } from "./build-output.js";
import { scriptSources } from "./scripts.js";
import { secondBuild } from "./second-build.js";

/** How the settings of each tool leave packages where they are; `names` are those of package.json. */
const options: Readonly<Record<BundlerTool, (names: readonly string[]) => string>> = {
  esbuild: (names) => `external: [${quoted(names)}]`,
  tsup: (names) => `noExternal: [/^(?!(?:${names.map(escaped).join("|")})(?:\\/|$))/]`,
  webpack: (names) => `externals: { ${names.map((name) => `"${name}": "commonjs ${name}"`).join(", ")} }`,
  ncc: (names) => `externals: [${quoted(names)}]`,
  rollup: (names) => `external: [${quoted(names)}]`,
  bun: (names) => `external: [${quoted(names)}]`,
  vite: (names) => `ssr: { external: [${quoted(names)}] }`,
  lambda: (names) => `external: [${quoted(names)}]`,
};

/** And how its command does. */
const flags: Readonly<Partial<Record<BundlerTool, (names: readonly string[]) => string>>> = {
  esbuild: (names) => names.map((name) => `--external:${name}`).join(" "),
  webpack: (names) => `${names.map((name) => `--externals ${name}`).join(" ")} --externals-type node-commonjs`,
  ncc: (names) => names.map((name) => `-e ${name}`).join(" "),
  rollup: (names) => `--external ${names.join(",")}`,
  bun: (names) => names.map((name) => `--external ${name}`).join(" "),
};

/** A bundle can't hold files that a package loads by path, and has no file for the scripts: both are a person's to set. */
export function planBundle(
  part: Part,
  project: Project,
  packages: Readonly<Record<string, string>>,
  draft: Draft,
): void {
  const { bundler, record } = project;
  if (!bundler || record?.items[part.item.name]) return;
  const external = externals(part, packages);
  const outside = bundler.packs ? external.filter((name) => !leavesOutside(bundler, name)) : [];
  const entries = scriptSources(part).filter((path) => !isEntryPoint(path, bundler));
  if (outside.length > 0) {
    draft.manual.push({
      path: bundler.path,
      place: bundler.script ? `in the script "${bundler.script}"` : `in the settings of ${nameOf(bundler)}`,
      reason: `${inList(outside)} can't go into a bundle, which would end at its start: their files are loaded by path`,
      lines: linesFor(bundler, outside, project),
    });
    draft.warnings.push(`what your build makes needs ${inList(outside)} in node_modules beside it, in production too`);
  }
  if (entries.length > 0) draft.warnings.push(entryNote(entries, { external, bundler, project }));
}

/** The item's packages that must stay outside, as package.json calls them. */
function externals({ item, selection }: Part, packages: Readonly<Record<string, string>>): string[] {
  const { dependencies } = chosenParts(item, selection.choices);
  const names = Object.keys(dependencies).filter((name) => dependencies[name]!.external);
  return names.map((name) => packages[name] ?? name);
}

function leavesOutside({ text }: Bundler, name: string): boolean {
  const settings = text.replace(/--no-?external[= ]\S+/gi, "");
  return /external/i.test(settings) && settings.includes(name);
}

function linesFor(bundler: Bundler, names: readonly string[], { packageJson }: Project): string[] {
  const { script, tool, path } = bundler;
  const command = packageJson.scripts[script ?? ""];
  // AWS SAM spells it as all of its keys.
  if (/^template\.ya?ml$/.test(path)) return [`External: [${quoted(names)}]`];
  if (command === undefined) return [options[tool](names)];
  const told = flags[tool] ? withFlags(command, tool, flags[tool](names)) : withoutInlined(command, names);
  return [`"${script}": ${JSON.stringify(told)}`];
}

/** Without tsup's own flag for one of these packages, which is stronger than any that leaves it outside. */
function withoutInlined(command: string, names: readonly string[]): string {
  const packages = names.map(escaped).join("|");
  return command.replace(new RegExp(`\\s--no-?[eE]xternal[= ]["']?(?:${packages})["']?(?=\\s|$)`, "g"), "");
}

/** The flags behind the tool's own words: other commands may follow. */
function withFlags(command: string, tool: BundlerTool, flags: string): string {
  const own = new RegExp(`\\b${tool === "bun" ? "bun build" : tool}\\b[^&|;]*[^&|;\\s]`);
  return command.replace(own, (words) => `${words} ${flags}`);
}

interface Build {
  readonly external: readonly string[];
  readonly bundler: Bundler;
  readonly project: Project;
}

function entryNote(entries: readonly string[], { external, bundler, project }: Build): string {
  const commands = entries.map((source) =>
    secondBuild({ source, built: builtFile(source, project), outside: external }, project),
  );
  const remedy = commands.includes(null)
    ? `give it to ${nameOf(bundler)} as a second entry point`
    : `put \`${commands.map((command) => `&& ${command}`).join(" ")}\` at the end of the script "${bundler.script ?? "build"}"`;
  return (
    `your build makes no file for ${entries.join(", ")}, which \`${project.packageManager.run} auth:...\` runs: ${remedy}, ` +
    "or have the sources and tsx, or Node 24, where you run them"
  );
}

/** Where the item's scripts look for what the build makes of a source. */
function builtFile(source: string, project: Project): string {
  return posix.join(buildOutput(project), posix.relative(project.sourceDir, source)).replace(/\.ts$/, ".js");
}

function nameOf({ tool }: Bundler): string {
  return tool === "lambda" ? "esbuild" : tool;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function inList(names: readonly string[]): string {
  return names.join(" and ");
}
