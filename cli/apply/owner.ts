import { join } from "node:path";
import fs from "fs-extra";

const name = "owner";

/** Writes down that this process works with the journal in `folder`. */
export function writeOwner(folder: string): void {
  fs.writeFileSync(join(folder, name), lineOf(process.pid));
}

/** Writes down another one: a package manager outlives its parent, and what it writes can't be put back before its end. */
export function addOwner(folder: string, pid: number): void {
  fs.appendFileSync(join(folder, name), lineOf(pid));
}

/** Another living process that works with the journal, or null. */
export async function runningOwner(folder: string): Promise<number | null> {
  const text = await fs.readFile(join(folder, name), "utf8").catch(() => "");
  const owner = text.split("\n").find((line) => line !== "" && isRunning(line));
  return owner === undefined ? null : Number.parseInt(owner, 10);
}

/** With the time of its start where that can be had: a new process, above all in a container, may get an old number. */
function lineOf(pid: number): string {
  return `${pid} ${statOf(pid)?.start ?? ""}\n`;
}

function isRunning(line: string): boolean {
  const [digits, start] = line.split(" ");
  const pid = Number(digits);
  if (!pid || pid === process.pid) return false;
  const now = statOf(pid);
  if (now && start) return now.start === start && now.state !== "Z";
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Linux only. proc_pid_stat(5): after the name in brackets comes the state, and 19 words later the start. */
function statOf(pid: number): { readonly state: string; readonly start: string } | null {
  try {
    const words = fs
      .readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { state: words[0]!, start: words[19]! };
  } catch {
    return null;
  }
}
