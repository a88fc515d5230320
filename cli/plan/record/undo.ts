import { parse } from "jsonc-parser";
import { envKeys } from "../../edits/dotenv.js";
import type { Project } from "../../project/project.js";
import type { Replaced, Undo } from "../../record/schema.js";
import { sha256 } from "../../record/sha256.js";
import { isObject } from "../../text/json.js";
import type { Draft } from "../draft.js";

/** Each file with its text; null where there is none. */
export type Texts = ReadonlyMap<string, string | null>;

const lists: readonly Replaced["list"][] = ["dependencies", "devDependencies", "scripts"];

/** The files of the user's that an add edits, as the draft has them now. */
export function userTexts({ tsconfig, sampleEnv }: Project, draft: Draft): Texts {
  const paths = [".env", sampleEnv, ".gitignore", "package.json", tsconfig.path];
  return new Map(paths.map((path) => [path, draft.read(path)]));
}

/** What only the add can see, so that `remove` can leave every byte as it was. */
export function undoFacts(before: Texts, after: Texts): Undo {
  const changed = [...after.keys()].filter((path) => after.get(path) !== before.get(path));
  return {
    created: changed.filter((path) => before.get(path) === null),
    glue: Object.fromEntries(
      changed.filter((path) => !path.endsWith(".json")).map((path) => [path, [glueOf(path, before, after)]]),
    ),
    members: Object.fromEntries(
      changed
        .filter((path) => path.endsWith(".json"))
        .map((path) => [path, newMembers(before.get(path), after.get(path))] as const)
        .filter(([, names]) => names.length > 0),
    ),
    replaced: replacedIn(before.get("package.json"), after.get("package.json")),
    env: freshValues(before.get(".env"), after.get(".env")),
  };
}

/** Both adds of an item whose choice was swapped: what the first one met counts. */
export function joinUndo(first: Undo | undefined, later: Undo): Undo | undefined {
  const second = first ? withoutKnownKeys(first, later) : later;
  if (isEmpty(second)) return first;
  if (!first) return second;
  const known = (one: Replaced) => first.replaced.some(({ list, key }) => list === one.list && key === one.key);
  return {
    created: union(first.created, second.created),
    glue: joinLists(first.glue, second.glue),
    members: joinLists(first.members, second.members),
    replaced: [...first.replaced, ...second.replaced.filter((one) => !known(one))],
    env: { ...first.env, ...second.env },
  };
}

/** The `.env` of a fresh clone is one machine's business: the record is the same for all. */
function withoutKnownKeys(first: Undo, later: Undo): Undo {
  const fresh = Object.entries(later.env).filter(([name]) => !first.env[name]);
  if (fresh.length > 0) return { ...later, env: Object.fromEntries(fresh) };
  const { ".env": _, ...glue } = later.glue;
  return { ...later, created: later.created.filter((path) => path !== ".env"), glue, env: {} };
}

/** The lines that were added at the end of a file. */
export function appendedLines(path: string, before: Texts, after: Texts): string[] {
  const start = before.get(path) ?? "";
  const text = after.get(path) ?? "";
  return text.startsWith(start) ? text.slice(start.length).split(/\r?\n/).filter(Boolean) : [];
}

/** By this a value that was generated is told from one of the user's; it tells nothing about the value. */
export function fingerprint(value: string): string {
  return sha256(value).slice(0, 16);
}

/** What stands between the end of the file and the first line that was added. */
function glueOf(path: string, before: Texts, after: Texts): string {
  const added = (after.get(path) ?? "").slice(before.get(path)?.length ?? 0);
  return /^(\r?\n)*/.exec(added)![0];
}

function newMembers(before: string | null | undefined, after: string | null | undefined): string[] {
  const known = Object.keys(membersOf(before));
  return Object.keys(membersOf(after)).filter((name) => !known.includes(name));
}

function replacedIn(before: string | null | undefined, after: string | null | undefined): Replaced[] {
  const [was, is] = [membersOf(before), membersOf(after)];
  return lists.flatMap((list) => {
    const [old, now] = [objectOf(was[list]), objectOf(is[list])];
    return Object.entries(old).flatMap(([key, value], index) =>
      typeof value === "string" && now[key] !== value ? [{ list, key, value, index }] : [],
    );
  });
}

function freshValues(before: string | null | undefined, after: string | null | undefined): Record<string, string> {
  const known = envKeys(before ?? "");
  const fresh = [...envKeys(after ?? "")].filter(([name, value]) => known.get(name) !== value);
  return Object.fromEntries(fresh.map(([name, value]) => [name, fingerprint(value)]));
}

function membersOf(text: string | null | undefined): Record<string, unknown> {
  return objectOf(parse(text ?? "{}", [], { allowTrailingComma: true }));
}

function objectOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function isEmpty({ created, glue, members, replaced, env }: Undo): boolean {
  return [created, replaced, ...[glue, members, env].map(Object.keys)].every(({ length }) => length === 0);
}

function union(first: readonly string[], second: readonly string[]): string[] {
  return [...new Set([...first, ...second])];
}

function joinLists(
  first: Readonly<Record<string, readonly string[]>>,
  second: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  const paths = union(Object.keys(first), Object.keys(second));
  return Object.fromEntries(paths.map((path) => [path, [...(first[path] ?? []), ...(second[path] ?? [])]]));
}
