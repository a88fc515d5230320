import { dirname, sep } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import type { Plan } from "../plan/plan.js";
import { reasonOf } from "./failure-text.js";
import { gitIndexFile, writeStages } from "./git-index.js";
import { runInstall } from "./install.js";
import { closeJournal, type Journal, openJournal } from "./journal.js";
import { lockFiles } from "./lock-files.js";
import { putBack } from "./put-back.js";
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
  const targets = await findTargets(plan.changes, root);
  const index = plan.unmerged?.length ? await gitIndexFile(root) : null;
  const extra = [...(plan.install ? lockFiles([root, workspaceRoot]) : []), ...(index ? [index] : [])];
  const journal = await openJournal(await fs.realpath(root), targets, extra);
  try {
    await writeAll(targets, journal, signal, options.beforeWrite);
    if (index) await stage(root, plan);
    const output = plan.install ? await install(plan.install, root, signal, whileInstalling) : "";
    await removeEmptied(targets, await fs.realpath(root));
    await closeJournal(journal.folder);
    return output;
  } catch (error) {
    await putBack(journal, { careful: false });
    throw explained(error, signal);
  }
}

async function writeAll(
  targets: readonly Target[],
  journal: Journal,
  signal: AbortSignal,
  beforeWrite: ApplyOptions["beforeWrite"],
): Promise<void> {
  for (const [index, target] of targets.entries()) {
    try {
      await beforeWrite?.(index);
      signal.throwIfAborted();
      await write(target, journal.token);
    } catch (error) {
      if (signal.aborted || error instanceof CliError) throw error;
      const line = `${target.change.path} could not be written (${reasonOf(error)}): everything is put back`;
      throw new CliError("WriteFailed", line, { cause: error });
    }
  }
  signal.throwIfAborted();
}

async function write({ change, real, mode }: Target, token: string): Promise<void> {
  if (change.after === null) return fs.rm(real);
  await fs.ensureDir(dirname(real));
  await writeWhole(real, change.after, { mode, token });
}

async function stage(root: string, { unmerged = [] }: Plan): Promise<void> {
  try {
    await writeStages(root, unmerged);
  } catch (error) {
    const said = (error as { output?: { stderr?: string } }).output?.stderr?.trim().split("\n")[0] ?? reasonOf(error);
    throw new CliError("WriteFailed", `git can't mark the files in conflict (${said}): everything is put back`, {
      cause: error,
    });
  }
}

function install(
  command: readonly string[],
  root: string,
  signal: AbortSignal,
  whileInstalling: ApplyOptions["whileInstalling"] = (_, run) => run(),
): Promise<string> {
  return whileInstalling(command.join(" "), () => runInstall(command, root, signal));
}

/** A folder that has lost its last file goes too, and then the one around it. */
async function removeEmptied(targets: readonly Target[], root: string): Promise<void> {
  for (const { change, real } of targets) {
    if (change.kind !== "delete") continue;
    for (let folder = dirname(real); folder.startsWith(root + sep); folder = dirname(folder)) {
      const gone = await fs.rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!gone) break;
    }
  }
}

function explained(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return error;
  return new CliError("Interrupted", `interrupted by ${String(signal.reason)}: everything is put back`, {
    cause: error,
  });
}
