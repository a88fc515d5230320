import semver from "semver";
import * as z from "zod/mini";
import { isGitsOwn } from "../git/git-folder.js";
import { staysInside } from "../text/repo-path.js";

/** Threat: a record that somebody else wrote. What it names is deleted or written, so it stays in the project, out of .git. */
function isSafe(path: string): boolean {
  return !path.includes("\\") && !path.split("/").includes("..") && staysInside(path) && !isGitsOwn(path);
}

const folder = z.string().check(z.refine(isSafe));
const path = folder.check(z.minLength(1));

/** Threat: these names are written into a file of the user's. */
const identifier = z.string().check(z.regex(/^[A-Za-z_$][\w$]*$/));

/** A sha-256 in hex. */
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const texts = z.array(z.string());
const named = z.record(z.string(), z.string());
const listsByName = z.record(z.string(), texts);

/** An entry in a list of another item's file. Paths are those of the user's repo. */
const appended = z.object({
  file: path,
  list: identifier,
  /** The exported name. */
  entry: identifier,
  /** The module that exports it. */
  from: path,
});

/** An entry of package.json of the user's that was raised, replaced, or moved to another list. */
const replaced = z.object({
  list: z.enum(["dependencies", "devDependencies", "scripts"]),
  key: z.string(),
  value: z.string(),
  index: z.number().check(z.int(), z.minimum(0)),
});

/** What only the add could see, and `remove` needs to leave every byte as it was. */
const undo = z.object({
  /** Files of the user's kind that were not there: .env, .gitignore. */
  created: texts,
  /** What came between the end of a file and the lines added to it, each time: "", a line ending, an empty line. */
  glue: listsByName,
  /** Members that a JSON file did not have, e.g. `devDependencies`. */
  members: listsByName,
  replaced: z.array(replaced),
  /** Name of a key in .env -> the beginning of the sha-256 of the value that was made for it. */
  env: named,
});

const item = z.object({
  version: z.string().check(z.refine((text) => semver.valid(text) !== null)),
  choices: named,
  mount: z.nullable(z.string()),
  sourceDir: path,
  testDir: folder,
  /** How the names of its tests end; absent where it is ".test.ts". */
  testEnding: z.exactOptional(z.string().check(z.regex(/^[.\w-]+\.ts$/))),
  /** Path in the user's repo -> the template file it came from and the hash of the text as installed. */
  files: z.record(path, z.object({ template: z.string(), sha256 })),
  /** What was spliced into a file of the user's, in words that `remove` can undo: the exact lines added. */
  patches: z.array(z.object({ path, lines: texts })),
  env: texts,
  scripts: named,
  dependencies: named,
  devDependencies: named,
  /** Files in which an update has left conflict markers, until `update --continue`. */
  unmerged: z.exactOptional(z.array(path)),
  /** Absent in records of the first days. */
  undo: z.exactOptional(undo),
  /** The second catalogue that it is from, and the hash of the item there; absent for items of authwright. */
  registry: z.exactOptional(z.object({ source: z.string(), sha256 })),
  /** What an item of a second catalogue says of itself: the catalogue may be gone. Checked where it is read. */
  facts: z.exactOptional(z.record(z.string(), z.unknown())),
  /** The items that it builds on; absent where there is none. */
  requires: z.exactOptional(texts),
  /** The items that its choices brought, and that stay as long as it does; absent where there is none. */
  brings: z.exactOptional(texts),
  /** It came by itself with these, and goes with any of them; absent for what was added by name. */
  comesWith: z.exactOptional(texts),
  /** The formatter that laid out its files, so that new ones of an update are laid out too; absent where none did. */
  format: z.exactOptional(z.string()),
  /** Its entries in lists of other items' files; absent where there is none. */
  appends: z.exactOptional(z.array(appended)),
});

/** authwright.json: small, committed, read by add, diff, update, remove and doctor. */
const record = z.object({ version: z.literal(1), items: z.record(z.string(), item) });

export type InstallRecord = ReadOnly<z.output<typeof record>>;
export type InstalledItem = ReadOnly<z.output<typeof item>>;
export type Appended = ReadOnly<z.output<typeof appended>>;
export type Undo = ReadOnly<z.output<typeof undo>>;
export type Replaced = ReadOnly<z.output<typeof replaced>>;

type ReadOnly<T> = T extends readonly (infer Entry)[]
  ? readonly ReadOnly<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
    : T;

/** What is wrong with a parsed record, in words; null where nothing is. Members that it doesn't know are left alone. */
export function recordProblem(value: unknown): string | null {
  const issue = record.safeParse(value).error?.issues[0];
  if (!issue) return null;
  const [top, name, member = "version"] = issue.path.map(String);
  if (top === undefined) return "no object";
  if (top === "version") return "its version is not 1; a newer authwright may have written it";
  return name === undefined ? "no items" : `items.${name}.${member} is missing or of the wrong kind`;
}
