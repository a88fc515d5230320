import { type Result, x } from "tinyexec";
import { reasonOf } from "../text/failure-text.js";

/** A question that takes longer is given up. */
const limitMs = 5_000;

/** Threat: a program that a repository's own settings name. It is not started, and what only reads locks nothing. */
const settings = [
  "--no-optional-locks",
  ...["core.quotePath=false", "core.fsmonitor=false", "log.showSignature=false"].flatMap((one) => ["-c", one]),
];

/** Threat: a repository that has not all of its history asks its server for the rest, by a program that its settings name. */
const protocols = { GIT_ALLOW_PROTOCOL: "none" };

/** Has git do something in `root`; returns what it prints. Throws where it fails or isn't there. */
export async function runGit(root: string, args: readonly string[], stdin?: string): Promise<string> {
  return (await start(root, args, { throwOnError: true, ...(stdin !== undefined && { stdin }) })).stdout;
}

/** The lines that git answers with; null where it can't be asked, or ends with another code than one of `good`. */
export async function askGit(
  root: string,
  args: readonly string[],
  good: readonly number[] = [0],
): Promise<string[] | null> {
  try {
    const { stdout, exitCode } = await start(root, args, { timeout: limitMs });
    return good.includes(exitCode ?? -1) ? stdout.split("\n").filter(Boolean) : null;
  } catch {
    return null;
  }
}

/** The whole command, for people to read. */
export function gitCommand(args: readonly string[]): string[] {
  return ["git", ...args];
}

/** What git said when it failed, in one line. */
export function gitReason(error: unknown, { last = false } = {}): string {
  const lines = (error as { output?: { stderr?: string } }).output?.stderr?.trim().split(/\r?\n/);
  return lines?.at(last ? -1 : 0) ?? reasonOf(error);
}

function start(
  root: string,
  args: readonly string[],
  options: { stdin?: string; timeout?: number; throwOnError?: true },
): Result {
  return x("git", [...settings, ...args], {
    nodePath: false,
    nodeOptions: {
      cwd: root,
      env: { ...process.env, ...protocols },
      stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    },
    ...options,
  });
}
