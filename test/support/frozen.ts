import { AsyncLocalStorage } from "node:async_hooks";
import childProcess from "node:child_process";
import nodeFs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/**
 * Work that stops for ever at its n-th write to the disk, as a SIGKILL stops it: import this before anything that writes.
 * A file that is written has three such places: before, cut to nothing, half of it. The start of a process is one too.
 */
interface Frozen {
  readonly at: number;
  count: number;
  pending: number;
  stop: () => void;
}

const running = new AsyncLocalStorage<Frozen>();
const real = { ...nodeFs };
type Callback = (...args: unknown[]) => void;

/** Runs the work until its n-th write. Returns how many there were when it came to its end, or -1. */
export async function runUntil(at: number, work: () => Promise<unknown>): Promise<number> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const frozen: Frozen = { at, count: 0, pending: 0, stop };
  const ended = running.run(frozen, async () => {
    await work();
    return true;
  });
  // A write that blocks can only stop by throwing; what its caller does then no longer reaches the disk.
  const whole = ended.catch((error) => (frozen.count === at ? stopped : Promise.reject(error)));
  const isWhole = await Promise.race([whole, stopped.then(() => false)]);
  if (isWhole) return frozen.count;
  // What a kill finds on its way to the disk arrives there.
  while (frozen.pending > 0) await new Promise((resolve) => setImmediate(resolve));
  return -1;
}

/** Whether the work goes on; `leave` is what a kill here leaves behind. */
function passes(frozen: Frozen, leave: () => void = () => undefined): boolean {
  if (frozen.at > 0 && frozen.count >= frozen.at) return false;
  frozen.count += 1;
  if (frozen.count !== frozen.at) return true;
  leave();
  frozen.stop();
  return false;
}

function contentPasses(frozen: Frozen, path: string, bytes: Buffer, options: nodeFs.WriteFileOptions): boolean {
  return (
    passes(frozen, () => real.writeFileSync(path, "", options)) &&
    passes(frozen, () => real.writeFileSync(path, bytes.subarray(0, bytes.length / 2), options))
  );
}

type Args = readonly unknown[];
const contents: Readonly<Record<string, (frozen: Frozen, args: Args) => boolean>> = {
  writeFile: (frozen, [path, data, options]) =>
    contentPasses(
      frozen,
      String(path),
      Buffer.from(data as string),
      typeof options === "function" ? {} : (options as nodeFs.WriteFileOptions),
    ),
  copyFile: (frozen, [from, to]) => contentPasses(frozen, String(to), real.readFileSync(String(from)), {}),
};

const writes = ["mkdir", "writeFile", "copyFile", "rename", "unlink", "rmdir", "chmod", "chown", "symlink"] as const;

for (const name of writes) {
  Object.assign(nodeFs, {
    [`${name}Sync`]: (...args: unknown[]) => {
      const frozen = running.getStore();
      const call = real[`${name}Sync`] as Callback;
      if (frozen && (!passes(frozen) || contents[name]?.(frozen, args) === false)) throw new Error("killed");
      return call(...args);
    },
    [name]: (...args: unknown[]) => {
      const frozen = running.getStore();
      const call = real[name] as Callback;
      if (!frozen) return call(...args);
      if (!passes(frozen) || contents[name]?.(frozen, args) === false) return;
      const done = args.pop() as Callback;
      frozen.pending += 1;
      call(...args, (...result: unknown[]) => {
        frozen.pending -= 1;
        done(...result);
      });
    },
  });
}

const spawn = childProcess.spawn as (...args: Args) => unknown;
Object.assign(childProcess, {
  spawn: (...args: Args) => {
    const frozen = running.getStore();
    if (frozen && !passes(frozen)) throw new Error("killed");
    return spawn(...args);
  },
});
syncBuiltinESMExports();
