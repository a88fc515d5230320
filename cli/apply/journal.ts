import { randomBytes } from "node:crypto";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import type { IndexEntry } from "../git/git-index.js";
import { sha256 } from "../record/sha256.js";
import { attempt } from "../text/attempt.js";
import { reasonOf } from "../text/failure-text.js";
import { runningOwner, writeOwner } from "./owner.js";
import { renameEntry } from "./rename-entry.js";
import type { Target } from "./target.js";

/** Everything that is needed to put the project back, also by another process after this one was killed. */
export interface Journal {
  /** Where the originals are now. */
  readonly folder: string;
  /** Where the project was when its paths were written down: it may have been moved since. */
  readonly root: string;
  readonly token: string;
  readonly files: readonly JournalFile[];
  /** Folders that may be left empty: those that were not there, and those of deleted files. Relative to the project. */
  readonly folders: readonly string[];
  /** What git's index has of the files in conflict. */
  readonly staged: readonly IndexEntry[];
}

/** A file as it was. */
export interface JournalFile {
  /** As in the plan, for people. */
  readonly name: string;
  /** Relative to the project; absolute outside of it. */
  readonly path: string;
  readonly mode: number;
  /** The file of the journal with its bytes; null when there was no file. */
  readonly original: string | null;
  readonly link: string | null;
  /** The hash of what is written there; `unknown` where a package manager writes. */
  readonly after: string | "absent" | "unknown";
}

/** Below the user's project, while something is being written. It comes and goes by one rename. */
export const journalPath = ".authwright/journal";

const manifestName = "manifest.json";
const ignoreName = ".gitignore";

/** What a journal keeps. `extra` is what the package manager may write. */
export interface Kept {
  readonly targets: readonly Target[];
  readonly extra: readonly string[];
  readonly staged: readonly IndexEntry[];
  /** The folders that deleted files may leave empty; any, where it is null: not known who made them. */
  readonly made: readonly string[] | null;
}

/**
 * Keeps the originals of all that may change, before anything does. `root` is a real path. All that is done with a
 * journal blocks: it takes a third of the time.
 */
export async function openJournal(root: string, { targets, extra, staged, made }: Kept): Promise<Journal> {
  const token = randomBytes(6).toString("hex");
  const folder = join(root, journalPath);
  const draft = draftOf(folder, token);
  const folders = foldersOf(targets, root, made);
  try {
    makeFolder(draft);
    const wanted = [...targets.map((target) => fromTarget(target, root)), ...extra.map((path) => fromPath(path, root))];
    const files = wanted.map((file, index) => keepOriginal(file, draft, index));
    const journal = { root, token, files, folders, staged };
    fs.writeFileSync(join(draft, manifestName), JSON.stringify(journal));
    await renameEntry(draft, folder);
    return { ...journal, folder };
  } catch (error) {
    attempt(() => discard(draft, root));
    const busy = ["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "");
    const reason = busy ? "another authwright is at work here" : reasonOf(error);
    throw new CliError("WriteFailed", `${journalPath} can't be written (${reason}): nothing was changed`, {
      cause: error,
    });
  }
}

/** Ends the work for good, by one rename. What can't be cleared away after it waits for the next run. */
export async function closeJournal({ folder, token }: Journal, root: string): Promise<void> {
  const closed = draftOf(folder, token);
  await renameEntry(folder, closed);
  attempt(() => discard(closed, root));
}

/** The journal of a run that did not come to its end, or null. `root` is a real path. */
export async function readJournal(root: string): Promise<Journal | null> {
  const folder = join(root, journalPath);
  if (!fs.existsSync(folder)) return null;
  try {
    return { ...readManifest(folder), folder };
  } catch (error) {
    throw new CliError(
      "WriteFailed",
      `${journalPath}/${manifestName} can't be read (${reasonOf(error)}): the files of an earlier run, as they were, are beside it`,
      { cause: error },
    );
  }
}

/** Clears away journals that were never opened, or were closed already. */
export async function discardClosed(root: string): Promise<void> {
  const parent = dirname(join(root, journalPath));
  const names = attempt(() => fs.readdirSync(parent)) ?? [];
  for (const name of names.filter((one) => one.startsWith("journal."))) {
    const folder = join(parent, name);
    if ((await runningOwner(folder)) === null) attempt(() => discard(folder, root));
  }
  attempt(() => fs.rmdirSync(parent));
}

function draftOf(folder: string, token: string): string {
  return `${folder}.${token}`;
}

/** Threat: a copy of `.env` in a commit. Nothing in here is seen by git, from before the first copy until after the last. */
function makeFolder(folder: string): void {
  fs.ensureDirSync(dirname(folder));
  fs.mkdirSync(folder, { mode: 0o700 });
  fs.writeFileSync(join(folder, ignoreName), "*\n");
  writeOwner(folder);
}

function discard(folder: string, root: string): void {
  const { folders = [] } = attempt(() => readManifest(folder)) ?? {};
  const last = [manifestName, ignoreName];
  for (const name of fs.readdirSync(folder)) if (!last.includes(name)) fs.unlinkSync(join(folder, name));
  for (const path of folders.toSorted((a, b) => b.length - a.length)) attempt(() => fs.rmdirSync(join(root, path)));
  for (const name of last) attempt(() => fs.unlinkSync(join(folder, name)));
  fs.rmdirSync(folder);
  attempt(() => fs.rmdirSync(dirname(folder)));
}

function readManifest(folder: string): Omit<Journal, "folder"> {
  return JSON.parse(fs.readFileSync(join(folder, manifestName), "utf8"));
}

type Unkept = Omit<JournalFile, "original"> & { readonly real: string; readonly keep: boolean };

function fromTarget({ change, real, mode, link }: Target, root: string): Unkept {
  const after = change.after === null ? "absent" : sha256(change.after);
  const path = pathFrom(root, real);
  return { name: change.path, path, real, mode, link, after, keep: change.before !== null && link === null };
}

function fromPath(real: string, root: string): Unkept {
  const path = pathFrom(root, real);
  return { name: path, path, real, mode: 0o644, link: null, after: "unknown", keep: true };
}

function pathFrom(root: string, real: string): string {
  if (real.startsWith(root + sep)) return real.slice(root.length + sep.length);
  const path = relative(root, real);
  return path.startsWith(`..${sep}`) || isAbsolute(path) ? real : path;
}

function keepOriginal({ keep, real, ...file }: Unkept, draft: string, index: number): JournalFile {
  const stat = keep ? attempt(() => fs.statSync(real)) : null;
  if (!stat?.isFile()) return { ...file, original: null };
  const original = String(index);
  fs.copyFileSync(real, join(draft, original));
  return { ...file, mode: stat.mode & 0o7777, original };
}

function foldersOf(targets: readonly Target[], root: string, made: Kept["made"]): string[] {
  const found = new Set<string>();
  const isOurs = (folder: string) => {
    const path = pathFrom(root, folder).split(sep).join("/");
    return !made || made.includes(path) || /^\.(authwright|data)(\/|$)/.test(path);
  };
  for (const { change, real } of targets) {
    // What is above one that was found already was looked at with it.
    for (let folder = dirname(real); folder.startsWith(root + sep) && !found.has(folder); folder = dirname(folder)) {
      if (change.kind === "delete" ? !isOurs(folder) : fs.existsSync(folder)) break;
      found.add(folder);
    }
  }
  return [...found].map((folder) => pathFrom(root, folder));
}
