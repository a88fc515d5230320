import { basename, dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import { type IndexEntry, stagedEntries, writeStages } from "../git/git-index.js";
import { gitReason } from "../git/run-git.js";
import type { Change, Plan, Unmerged } from "../plan/plan.js";
import { reasonOf } from "../text/failure-text.js";
import { runInstall } from "./install.js";
import { closeJournal, type Journal, openJournal } from "./journal.js";
import { lockFiles } from "./lock-files.js";
import { addOwner } from "./owner.js";
import { putBack, stageName } from "./put-back.js";
import { findTargets, type Target } from "./target.js";
import { writeWhole } from "./write-file.js";

export interface ApplyOptions {
  /** The folder with the lock file, where that is not `root`. */
  readonly workspaceRoot?: string;
  /** Aborted by Ctrl-C: everything is put back. */
  readonly signal?: AbortSignal;
  /** Told what the package manager is asked, and does it. */
  readonly whileInstalling?: (command: string, install: () => Promise<string>) => Promise<string>;
  /** Called before each write, with its index: what it throws is handled like a failing write. */
  readonly beforeWrite?: (index: number) => void | Promise<void>;
}

/** Writes a plan to the disk and runs its install: all of it, or nothing. Returns what the package manager said. */
export async function applyPlan(plan: Plan, root: string, options: ApplyOptions = {}): Promise<string> {
  const { workspaceRoot = root, signal = new AbortController().signal, whileInstalling } = options;
  if (plan.changes.length === 0 && !plan.install) return "";
  const real = await fs.realpath(root);
  const targets = await findTargets(secretsCovered(plan.changes), root);
  const unmerged = plan.kind === "update" ? plan.unmerged : [];
  const made = plan.kind === "removal" ? plan.folders : null;
  const staged = await stagedBefore(root, unmerged);
  const extra = plan.install ? lockFiles([real, workspaceRoot]) : [];
  const journal = await openJournal(real, { targets, extra, staged, made });
  try {
    await writeAll(targets, journal, signal, options.beforeWrite);
    await stage(root, unmerged, staged);
    const output = plan.install ? await install(plan.install, root, { signal, whileInstalling, journal }) : "";
    await closeJournal(journal, real);
    return output;
  } catch (error) {
    await putBack(journal, real, { careful: false });
    throw explained(error, signal);
  }
}

/** Threat: a kill between two writes, and `.env` is there while git does not ignore it. Lines come first, and go last. */
function secretsCovered(changes: readonly Change[]): Change[] {
  const rank = ({ path, before, after }: Change) => {
    if (basename(path) !== ".gitignore") return 0;
    return (after ?? "").length < (before ?? "").length ? 1 : -1;
  };
  return changes.toSorted((a, b) => rank(a) - rank(b));
}

/** A write blocks, which is a third of the time of one that does not; a signal is heard between two. */
async function writeAll(
  targets: readonly Target[],
  journal: Journal,
  signal: AbortSignal,
  beforeWrite: ApplyOptions["beforeWrite"],
): Promise<void> {
  const makeFolder = folderMaker();
  for (const [index, target] of targets.entries()) {
    try {
      await beforeWrite?.(index);
      await nextTurn();
      signal.throwIfAborted();
      await write(target, journal, makeFolder);
    } catch (error) {
      if (signal.aborted || error instanceof CliError) throw error;
      const line = `${target.change.path} could not be written (${reasonOf(error)}): everything is put back`;
      throw new CliError("WriteFailed", line, { cause: error });
    }
  }
  await nextTurn();
  signal.throwIfAborted();
}

/** Makes folders, each once. */
function folderMaker(): (path: string) => void {
  const made = new Set<string>();
  return (path) => {
    if (!made.has(path)) fs.ensureDirSync(path);
    made.add(path);
  };
}

async function write(
  { change, real, mode }: Target,
  { folder, token }: Journal,
  makeFolder: (path: string) => void,
): Promise<void> {
  if (change.after === null) {
    fs.unlinkSync(real);
  } else {
    makeFolder(dirname(real));
    await writeWhole(real, change.after, { mode, token, stage: join(folder, stageName) });
  }
}

async function stagedBefore(root: string, unmerged: readonly Unmerged[]): Promise<IndexEntry[]> {
  return stagedEntries(root, unmerged).catch((error) => {
    throw unmarked(error, "nothing was written");
  });
}

async function stage(root: string, unmerged: readonly Unmerged[], staged: readonly IndexEntry[]): Promise<void> {
  if (staged.length === 0) return;
  return writeStages(root, unmerged, staged).catch((error) => {
    throw unmarked(error, "everything is put back");
  });
}

function unmarked(error: unknown, outcome: string): CliError {
  const line = `git can't mark the files in conflict (${gitReason(error)}): ${outcome}`;
  return new CliError("WriteFailed", line, { cause: error });
}

interface Installing {
  readonly signal: AbortSignal;
  readonly whileInstalling: ApplyOptions["whileInstalling"];
  readonly journal: Journal;
}

function install(command: readonly string[], root: string, installing: Installing): Promise<string> {
  const { signal, journal, whileInstalling = (_, run) => run() } = installing;
  const started = (pid: number) => addOwner(journal.folder, pid);
  return whileInstalling(command.join(" "), () => runInstall(command, root, { signal, started }));
}

function explained(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error;
  return new CliError("Interrupted", `interrupted by ${String(signal.reason)}: everything is put back`, {
    cause: error,
  });
}
