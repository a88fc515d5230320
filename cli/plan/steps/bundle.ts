import { posix } from "node:path";
import type { Bundler, BundlerTool } from "../../project/build/bundler.js";
import { isEntryPoint } from "../../project/build/entry-points.js";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import { chosenParts } from "../../registry/choices.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";

/** How each tool is told to leave packages where they are; `names` are those of package.json. */
const options: Readonly<Record<BundlerTool, (names: readonly string[]) => string>> = {
  esbuild: (names) => `external: [${quoted(names)}]`,
  tsup: (names) => `noExternal: [/^(?!${names.map(escaped).join("|")})/]`,
  webpack: (names) => `externals: { ${names.map((name) => `"${name}": "commonjs ${name}"`).join(", ")} }`,
  ncc: (names) => names.map((name) => `-e ${name}`).join(" "),
  rollup: (names) => `external: [${quoted(names)}]`,
  bun: (names) => names.map((name) => `--external ${name}`).join(" "),
  vite: (names) => `ssr: { external: [${quoted(names)}] }`,
  lambda: (names) => `external: [${quoted(names)}]`,
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
  const outside = bundler.packs ? missing(part, packages, bundler) : [];
  const entries = entryPoints(part).filter((path) => !isEntryPoint(path, bundler));
  if (outside.length > 0) {
    draft.manual.push({
      path: bundler.path,
      place: bundler.script ? `in the script "${bundler.script}"` : `in the settings of ${nameOf(bundler)}`,
      reason: `${inList(outside)} can't go into a bundle, which would end at its start: their files are loaded by path`,
      lines: linesFor(bundler, outside, project),
    });
    draft.warnings.push(`what your build makes needs ${inList(outside)} in node_modules beside it, in production too`);
  }
  if (entries.length > 0) draft.warnings.push(entryNote(entries, bundler, project));
}

/** The item's packages that must stay outside and are not named yet, as package.json calls them. */
function missing({ item, selection }: Part, packages: Readonly<Record<string, string>>, { text }: Bundler): string[] {
  const { dependencies } = chosenParts(item, selection.choices);
  const names = Object.keys(dependencies).filter((name) => dependencies[name]!.external);
  return names.map((name) => packages[name] ?? name).filter((name) => !/external/i.test(text) || !text.includes(name));
}

/** What the item's scripts run. */
function entryPoints({ item, selection }: Part): string[] {
  const paths = Object.values(item.scripts).flatMap((script) => script.match(/\{src\}\S+\.ts\b/g) ?? []);
  return [...new Set(paths.map((path) => placeTemplate(path.replace("{src}", "src"), selection)))];
}

function linesFor(bundler: Bundler, names: readonly string[], { packageJson }: Project): string[] {
  const command = packageJson.scripts[bundler.script ?? ""];
  if (command === undefined) return [options[bundler.tool](names)];
  const flags =
    bundler.tool === "esbuild" ? names.map((name) => `--external:${name}`).join(" ") : options[bundler.tool](names);
  return [`"${bundler.script}": ${JSON.stringify(withFlags(command, bundler.tool, flags))}`];
}

/** The flags behind the tool's own words: other commands may follow. */
function withFlags(command: string, tool: BundlerTool, flags: string): string {
  const own = new RegExp(`\\b${tool === "bun" ? "bun build" : tool}\\b[^&|;]*[^&|;\\s]`);
  return command.replace(own, (words) => `${words} ${flags}`);
}

function entryNote(entries: readonly string[], bundler: Bundler, { packageManager }: Project): string {
  const runs = `${packageManager.run} auth:...`;
  return (
    `your build makes no file for ${entries.join(", ")}, which \`${runs}\` runs: give it to ${nameOf(bundler)} as a second entry ` +
    `point (beside ${bundler.root ? posix.join(bundler.root, "...") : "yours"}), or have the sources and tsx, or Node 24, where you run them`
  );
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
