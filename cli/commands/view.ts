import { posix } from "node:path";
import { exitCode } from "../errors.js";
import { openShelf, type Shelf } from "../registry/catalogue/shelf.js";
import { parseSource } from "../registry/catalogue/source.js";
import { findItem } from "../registry/find-item.js";
import type { Choice, RegistryItem } from "../registry/registry.js";
import { jsonResult, result } from "../ui/output.js";
import type { Context } from "./context.js";
import type { ListFlags } from "./list.js";

/** Shows one item: what it brings, and what there is to choose. Returns the exit code. */
export async function view(name: string, { registry }: ListFlags, { flags, packageRoot }: Context): Promise<number> {
  const source = registry === undefined ? null : parseSource(registry, process.cwd());
  const shelf = await openShelf(packageRoot, source);
  const item = findItem(shelf.registry, name);
  const { files, sha256 } = await defaultFiles(item, shelf);
  if (flags.json) jsonResult({ ...item, files, ...(sha256 && { sha256 }) });
  else result(describe(item, files, sha256, flags.verbose));
  return exitCode.done;
}

async function defaultFiles(item: RegistryItem, shelf: Shelf) {
  const defaults = Object.entries(item.choices).map(([choice, { default: value }]) => [choice, value]);
  const { templates, origin } = await shelf.take(item, Object.fromEntries(defaults), process.cwd());
  return { files: templates.map(({ path }) => path), sha256: origin?.sha256 ?? null };
}

function describe(item: RegistryItem, files: readonly string[], sha256: string | null, verbose: boolean): string {
  const { name, version, title, description, requires, comesWith, lists = {}, appends = [] } = item;
  const { mount, dependencies, env, scripts } = item;
  return [
    `${name} ${version}  ${title}`,
    "",
    description,
    ...(comesWith
      ? section("Comes by itself with", comesWith)
      : section("Add it", [
          `npx authwright add ${name}${requires.length > 0 ? `   (brings ${requires.join(", ")} too)` : ""}`,
        ])),
    ...section(
      "You choose",
      Object.entries(item.choices).flatMap(([flag, choice]) => choiceLines(flag, choice)),
    ),
    ...section("Its routes are at", mount ? [`${mount.path} (--mount changes it)`] : []),
    ...section(
      "Keys in your .env",
      env.map(({ name, comment }) => `${name}: ${comment}`),
    ),
    ...section(
      "Packages",
      Object.entries(dependencies).map(([name, { range }]) => `${name} ${range}`),
    ),
    ...section(
      "Scripts",
      Object.entries(scripts).map(([name, command]) => `${name}: ${command}`),
    ),
    ...section("Your code", verbose ? files : folderLines(files)),
    ...section(
      "Joins what it builds on",
      appends.map(({ entry, list, file }) => `${file}: ${entry} in ${list}`),
    ),
    ...section(
      "Made to be added to",
      Object.entries(lists).map(([list, path]) => `${path}: ${list}`),
    ),
    ...section("Pinned as (sha-256)", sha256 ? [sha256] : []),
  ].join("\n");
}

/** `src/auth/cookies: 10 files` for each folder, in order. */
function folderLines(files: readonly string[]): string[] {
  const folders = [...new Set(files.map((path) => posix.dirname(path)))];
  const lines = folders.map((folder) => {
    const { length } = files.filter((path) => posix.dirname(path) === folder);
    return `${folder}: ${length} ${length === 1 ? "file" : "files"}`;
  });
  return [...lines, "(--verbose names them)"];
}

function choiceLines(flag: string, choice: Choice): string[] {
  return Object.entries(choice.values).map(([value, { description }]) => {
    const note = value === choice.default ? " (default)" : "";
    return `--${flag} ${value}${note}: ${description}`;
  });
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
