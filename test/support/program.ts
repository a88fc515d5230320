import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { waitHangMs } from "./limits.js";

/** A server program that a test starts, ends and starts again. It goes away with this process. */
export interface Program {
  start(): Promise<void>;
  /** Ends it as a machine that fails does. */
  kill(): Promise<void>;
  /** The same as `kill`, for good. */
  close(): Promise<void>;
}

/** Starts a program and waits until `answers`. */
export async function startProgram(
  name: string,
  flags: readonly string[],
  answers: () => Promise<boolean>,
): Promise<Program> {
  let running: ChildProcess | null = null;
  const killNow = (): void => void running?.kill("SIGKILL");
  const kill = async (): Promise<void> => {
    const ending = running;
    running = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill("SIGKILL");
    await once(ending, "exit");
  };
  const start = async (): Promise<void> => {
    running ??= spawn(name, flags, { stdio: "ignore" });
    await untilAnswering(name, running, answers);
  };
  const close = async (): Promise<void> => {
    await kill();
    process.removeListener("exit", killNow);
  };
  process.once("exit", killNow);
  await start();
  return { start, kill, close };
}

async function untilAnswering(name: string, child: ChildProcess, answers: () => Promise<boolean>): Promise<void> {
  let failure: Error | undefined;
  child.once("error", (error) => (failure = error));
  const deadline = Date.now() + waitHangMs;
  while (!(await answers())) {
    if (failure || child.exitCode !== null || Date.now() > deadline)
      throw new Error(`${name} did not start (${failure?.message ?? `exit code ${child.exitCode}`})`);
    await sleep(10);
  }
}
