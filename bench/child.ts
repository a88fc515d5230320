import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A measured program in a process of its own. */
export interface Child {
  /** Sends a question of `Answers` and waits for what it comes to. */
  ask<T>(question: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
}

interface Reply {
  value?: unknown;
  error?: string;
}

/** Starts a file that calls `answerQuestions`. Its folder is its working directory; its log goes nowhere. */
export function startChild(file: string, cwd: string, env: Record<string, string>, ...args: string[]): Child {
  const child = fork(file, args, {
    cwd,
    env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return {
    ask: (question, argument) => ask(child, question, argument),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

async function ask<T>(child: ChildProcess, question: string, argument: unknown): Promise<T> {
  const gone = new AbortController();
  const exit = once(child, "exit", { signal: gone.signal }).then(() => {
    throw new Error(`The process that was asked for "${question}" is gone.`);
  });
  exit.catch(() => undefined);
  child.send({ question, argument });
  const [reply] = (await Promise.race([once(child, "message"), exit])) as [Reply];
  gone.abort();
  if (reply.error !== undefined) throw new Error(reply.error);
  return reply.value as T;
}
