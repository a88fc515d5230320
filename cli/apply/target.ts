import type { Stats } from "node:fs";
import { dirname, join, sep } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import type { Change } from "../plan/plan.js";
import { stamp } from "../project/database/made-database.js";
import { attempt } from "../text/attempt.js";
import { reasonOf } from "../text/failure-text.js";

/** One change, and where on the disk it really happens. */
export interface Target {
  readonly change: Change;
  /** Absolute; behind the user's symbolic link where the changed file is one. */
  readonly real: string;
  /** The mode it has, or the one it will be created with. */
  readonly mode: number;
  /** Where the symbolic link that is deleted led to. */
  readonly link: string | null;
}

/** Secrets are for their owner only. */
const secretMode = 0o600;
const plainMode = 0o666 & ~process.umask();

/** Finds the real place of every change, and refuses all of them when one file is not as it was planned from. */
export async function findTargets(changes: readonly Change[], root: string): Promise<Target[]> {
  const realRoot = fs.realpathSync(root);
  const realFolder = rememberedRealpath();
  const targets: Target[] = [];
  for (const change of changes) {
    const path = join(realRoot, change.path);
    refuseOutside(change.path, realFolder(dirname(path)), realRoot);
    const entry = orAbsent(change.path, () => fs.lstatSync(path, { throwIfNoEntry: false }));
    const target = entry === null ? newTarget(change, path) : findTarget(change, path, entry);
    refuseChanged(target, entry === null ? null : await textNow(target));
    targets.push(target);
  }
  return targets;
}

function newTarget(change: Change, path: string): Target {
  return { change, real: path, mode: change.secret ? secretMode : plainMode, link: null };
}

function findTarget(change: Change, path: string, entry: Stats): Target {
  if (!entry.isSymbolicLink()) return { change, real: path, mode: entry.mode & 0o7777, link: null };
  const link = fs.readlinkSync(path);
  const real = attempt(() => fs.realpathSync(path));
  if (!real)
    throw new CliError(
      "WriteFailed",
      `${change.path} is a symbolic link to ${link}, which is not there: nothing was written`,
    );
  if (change.kind === "delete") return { change, real: path, mode: 0o777, link };
  return { change, real, mode: fs.statSync(real).mode & 0o7777, link: null };
}

async function textNow({ change, real }: Target): Promise<string | null> {
  return change.opaque ? stamp(real) : orAbsent(change.path, () => fs.readFileSync(real, "utf8"));
}

function refuseChanged({ change, mode }: Target, now: string | null): void {
  if (now !== change.before) {
    throw new CliError(
      "FileChanged",
      `${change.path} changed while the plan was made: nothing was written, run it again`,
    );
  }
  if (change.before !== null && (mode & 0o222) === 0) {
    throw new CliError(
      "WriteFailed",
      `${change.path} is read-only: nothing was written, make it writable and run it again`,
    );
  }
}

/** A folder of the path may be a symbolic link; what we create must still land inside the project. */
function refuseOutside(name: string, folder: string, realRoot: string): void {
  if (folder === realRoot || folder.startsWith(realRoot + sep)) return;
  throw new CliError("WriteFailed", `${name} would be written to ${folder}, outside the project: nothing was written`);
}

/** Where a folder really is; for one that is not there yet, where the nearest above it is. Each is looked up once. */
function rememberedRealpath(): (folder: string) => string {
  const known = new Map<string, string>();
  return function realFolder(folder): string {
    const real = known.get(folder) ?? attempt(() => fs.realpathSync(folder)) ?? realFolder(dirname(folder));
    known.set(folder, real);
    return real;
  };
}

function orAbsent<T>(name: string, read: () => T | undefined): T | null {
  try {
    return read() ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new CliError("WriteFailed", `${name} can't be used (${reasonOf(error)}): nothing was written`, {
      cause: error,
    });
  }
}
