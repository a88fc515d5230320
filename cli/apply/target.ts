import { dirname, join, relative, sep } from "node:path";
import fs from "fs-extra";
import { CliError } from "../errors.js";
import type { Change } from "../plan/plan.js";
import { stamp } from "../project/database/made-database.js";
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
  const realRoot = await fs.realpath(root);
  const targets: Target[] = [];
  for (const change of changes) {
    const path = join(realRoot, change.path);
    await refuseOutside(change.path, path, realRoot);
    const target = await findTarget(change, path);
    await refuseChanged(target);
    targets.push(target);
  }
  return targets;
}

async function findTarget(change: Change, path: string): Promise<Target> {
  const entry = await fs.lstat(path).catch(absentIsNull(change.path));
  const create: Target = { change, real: path, mode: change.secret ? secretMode : plainMode, link: null };
  if (!entry) return create;
  if (!entry.isSymbolicLink()) return { change, real: path, mode: entry.mode & 0o7777, link: null };
  const link = await fs.readlink(path);
  const real = await fs.realpath(path).catch(() => null);
  if (!real)
    throw new CliError(
      "WriteFailed",
      `${change.path} is a symbolic link to ${link}, which is not there: nothing was written`,
    );
  if (change.kind === "delete") return { change, real: path, mode: 0o777, link };
  return { change, real, mode: (await fs.stat(real)).mode & 0o7777, link: null };
}

async function refuseChanged({ change, real, mode }: Target): Promise<void> {
  const now = change.opaque ? await stamp(real) : await fs.readFile(real, "utf8").catch(absentIsNull(change.path));
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
async function refuseOutside(name: string, path: string, realRoot: string): Promise<void> {
  const inside = (place: string) => place === realRoot || place.startsWith(realRoot + sep);
  const parts = relative(realRoot, dirname(path)).split(sep);
  for (let length = parts.length; length > 0; length--) {
    const real = await fs.realpath(join(realRoot, ...parts.slice(0, length))).catch(() => null);
    if (real === null) continue;
    if (inside(real)) return;
    throw new CliError("WriteFailed", `${name} would be written to ${real}, outside the project: nothing was written`);
  }
}

function absentIsNull(name: string) {
  return (error: NodeJS.ErrnoException): null => {
    if (error.code === "ENOENT") return null;
    throw new CliError("WriteFailed", `${name} can't be used (${reasonOf(error)}): nothing was written`, {
      cause: error,
    });
  };
}
