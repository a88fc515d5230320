import { spawnSync } from "node:child_process";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./median.js";
import type { Row } from "./row.js";
import type { Workshop } from "./workshop.js";

const rounds = 12;
const cli = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const fixture = fileURLToPath(new URL("../test/fixtures/nodenext-esm", import.meta.url));

/**
 * How much longer than an empty Node program, started just before it, the built command line takes. What only looks does so
 * in a project with auth-basic. Nothing is deleted between: ext4 makes files ten times as slowly where some were a minute ago.
 */
export async function measureCli(workshop: Workshop): Promise<Row[]> {
  const installed = join(workshop.dir, "project");
  await cp(fixture, installed, { recursive: true });
  run([cli, "add", "auth-basic", "--no-install", "--yes", "--cwd", installed]);
  const commands = {
    "--help": { atMost: 1.3, args: () => ["--help"] },
    "add --no-install": {
      atMost: 4,
      args: (fresh: string) => ["add", "auth-basic", "--no-install", "--yes", "--cwd", fresh],
    },
    diff: { atMost: 4, args: () => ["diff", "--cwd", installed] },
    "update --dry-run": { atMost: 4, args: () => ["update", "--dry-run", "--cwd", installed] },
    doctor: { atMost: 6, args: () => ["doctor", "--offline", "--cwd", installed] },
  };
  const times = Object.entries(commands).map(([what, command]) => ({
    what,
    ...command,
    empty: [] as number[],
    took: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    const fresh = join(workshop.dir, "fresh", String(round));
    await cp(fixture, fresh, { recursive: true });
    for (const { args, empty, took } of times) {
      empty.push(run(["-e", "0"]));
      took.push(run([cli, ...args(fresh)]));
    }
  }
  return times.map(({ what, atMost, empty, took }) => ({
    what: `${what} / node -e 0`,
    aim: { atMost },
    measured: median(took.map((ms, round) => ms / empty[round]!)),
    behind: `${median(took).toFixed(0)} ms / ${median(empty).toFixed(0)} ms`,
  }));
}

function run(args: string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return took;
}
