import { isSampleEnv } from "../../project/sample-env.js";
import type { InstalledItem, InstallRecord, Undo } from "../../record/schema.js";
import { chosenParts } from "../../registry/choices.js";
import type { Part } from "../input.js";
import { keyBlocks } from "./key-blocks.js";

/** What an item needs and another one has brought already: whichever goes first, it stays for the other. */
export interface Shared {
  readonly patches: InstalledItem["patches"];
  readonly env: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly undo: Undo | null;
}

/** What of this item stands in the record of others. `packages` are the names that packages go by here. */
export function sharedWith(part: Part, packages: Readonly<Record<string, string>>, record: InstallRecord): Shared {
  const { item, selection } = part;
  const needs = chosenParts(item, selection.choices);
  const names = Object.keys({ ...needs.dependencies, ...needs.devDependencies }).map((name) => packages[name] ?? name);
  const keys = needs.env.map(({ name }) => name);
  const others = Object.entries(record.items).flatMap(([name, other]) => (name === item.name ? [] : [other]));
  const pick = (of: Readonly<Record<string, string>>, wanted: readonly string[]) =>
    Object.fromEntries(Object.entries(of).filter(([name]) => wanted.includes(name)));
  const known = record.items[item.name]?.patches ?? [];
  return {
    patches: others
      .flatMap(({ patches }) => patches)
      .flatMap(({ path, lines }) => {
        const fresh = linesOf(path, lines, keys, item.gitignore).filter((line) => !has(known, path, line));
        return fresh.length > 0 ? [{ path, lines: fresh }] : [];
      }),
    env: others.flatMap(({ env }) => env).filter((name) => keys.includes(name)),
    dependencies: Object.assign({}, ...others.map(({ dependencies }) => pick(dependencies, names))),
    devDependencies: Object.assign({}, ...others.map(({ devDependencies }) => pick(devDependencies, names))),
    undo: undoOf(
      others.flatMap(({ undo }) => undo ?? []),
      names,
      (env) => pick(env, keys),
    ),
  };
}

function undoOf(
  undos: readonly Undo[],
  names: readonly string[],
  pickKeys: (env: Undo["env"]) => Undo["env"],
): Undo | null {
  const replaced = undos.flatMap((undo) => undo.replaced).filter(({ key }) => names.includes(key));
  const env: Undo["env"] = Object.assign({}, ...undos.map((undo) => pickKeys(undo.env)));
  if (replaced.length === 0 && Object.keys(env).length === 0) return null;
  return { created: [], glue: {}, members: {}, replaced, env };
}

/** Of what was added to a file, the lines that this item asks for too. */
function linesOf(
  path: string,
  lines: readonly string[],
  keys: readonly string[],
  ignored: readonly string[],
): readonly string[] {
  if (path === ".gitignore") return lines.filter((line) => ignored.includes(line));
  if (!isSampleEnv(path)) return [];
  return keyBlocks(lines).flatMap((block) => (keys.includes(block.key) ? block.lines : []));
}

function has(patches: InstalledItem["patches"], path: string, line: string): boolean {
  return patches.some((patch) => patch.path === path && patch.lines.includes(line));
}
