import { posix } from "node:path";
import { cutLines, findLines, firstLine } from "../../edits/cut-lines.js";
import { opensAt } from "../../edits/dotenv-removal.js";
import { unmountRouter } from "../../edits/entry/unmount.js";
import { removeFromTsconfig } from "../../edits/tsconfig-removal.js";
import { isSampleEnv } from "../../project/sample-env.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { KeptPart } from "../plan.js";
import { keyBlocks } from "../record/key-blocks.js";
import { otherSpecifiers, specifierIn } from "../specifiers.js";
import { databaseStays, others, ownsDatabase, type RemoveInput } from "./remove-input.js";

type Patch = RemoveInput["installed"]["patches"][number];

/** Takes the lines away that the item has in files of the user's. `keys` are those that stay in .env. */
export function planRemovedPatches(input: RemoveInput, keys: readonly string[], draft: Draft): KeptPart[] {
  return input.installed.patches.flatMap((patch) => {
    if (draft.read(patch.path) === null) return [];
    if (patch.path === ".gitignore") return cutIgnores(patch, input, keys, draft);
    if (isSampleEnv(patch.path)) cutAppended(patch, exampleLines(patch, keys), input, draft);
    else if (patch.path.endsWith(".json")) cutOptions(patch, input, draft);
    else unmount(patch, input, draft);
    return [];
  });
}

function cutIgnores(patch: Patch, input: RemoveInput, keys: readonly string[], draft: Draft): KeptPart[] {
  const { lines } = patch;
  const shared = others(input).flatMap(({ patches }) => patches.filter(({ path }) => path === patch.path));
  const own = lines.filter((line) => !shared.some((other) => other.lines.includes(line)));
  const hasFile = ownsDatabase(input) && databaseStays(input) && input.database!.files.length > 0;
  const stays = (line: string) => (line === ".env" ? keys.length > 0 : hasFile);
  const going = own.filter((line) => !stays(line));
  cutAppended(patch, going, input, draft);
  const why = "what it keeps out of git is still there";
  return own.filter(stays).map((line) => ({ what: `${line} in .gitignore`, why }));
}

/** The names of keys that stay keep their comment too. */
function exampleLines({ lines }: Patch, keys: readonly string[]): string[] {
  return keyBlocks(lines).flatMap((block) => (keys.includes(block.key) ? [] : block.lines));
}

function cutAppended(patch: Patch, going: readonly string[], { installed, item }: RemoveInput, draft: Draft): void {
  const { path, lines } = patch;
  const text = draft.read(path)!;
  const glue = installed.undo?.glue[path] ?? [];
  const first = firstLine(text, lines);
  const after = cutLines(text, findLines(text, going), glue, path === ".gitignore" ? first : opensAt(first, glue));
  const why = `the lines of ${item}`;
  const created = installed.undo?.created.includes(path) && after.trim() === "";
  if (created) draft.write(path, null, why);
  else draft.edit(path, after, why);
}

function cutOptions({ path, lines }: Patch, { installed, item }: RemoveInput, draft: Draft): void {
  const edit = removeFromTsconfig(draft.read(path)!, lines, installed.undo?.members[path] ?? []);
  applyEdit(edit, { path, why: `the settings of ${item}` }, draft);
}

function unmount({ path, lines }: Patch, { project, item }: RemoveInput, draft: Draft): void {
  const specifier = lines.map(specifierIn).find((found) => found !== null);
  if (!specifier) return;
  const module = moduleNamed(specifier, path, project)
    .replace(/\.[cm]?[jt]s$/, "")
    .concat(".ts");
  const sameModule = otherSpecifiers(path, module, project);
  const edit = unmountRouter(draft.read(path)!, { path, specifier, sameModule });
  applyEdit(edit, { path, why: `no longer mounts the routes of ${item}` }, draft);
}

function moduleNamed(specifier: string, from: string, { aliases }: RemoveInput["project"]): string {
  const alias = aliases.find(({ prefix }) => !specifier.startsWith(".") && specifier.startsWith(prefix));
  if (alias) return posix.join(alias.target, specifier.slice(alias.prefix.length));
  return posix.join(posix.dirname(from), specifier);
}
