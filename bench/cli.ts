import { spawnSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./median.js";
import type { Row } from "./row.js";
import type { Workshop } from "./workshop.js";

const rounds = 12;
const cli = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const fixture = fileURLToPath(new URL("../test/fixtures/nodenext-esm", import.meta.url));

/** How much longer than an empty Node program the built command line takes. */
export async function measureCli(workshop: Workshop): Promise<Row[]> {
  const project = join(workshop.dir, "project");
  const [empty, help, add]: number[][] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    empty!.push(run(["-e", "0"]));
    help!.push(run([cli, "--help"]));
    await rm(project, { recursive: true, force: true });
    await cp(fixture, project, { recursive: true });
    add!.push(run([cli, "add", "auth-basic", "--no-install", "--yes", "--cwd", project]));
  }
  const row = (what: string, times: number[], atMost: number): Row => ({
    what: `${what} / node -e 0`,
    aim: { atMost },
    measured: median(times.map((ms, round) => ms / empty![round]!)),
    behind: `${median(times).toFixed(0)} ms / ${median(empty!).toFixed(0)} ms`,
  });
  return [row("--help", help!, 1.8), row("add --no-install", add!, 4)];
}

function run(args: string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return took;
}
