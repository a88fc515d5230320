import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./free-port.js";

/** A private Redis on a free port of 127.0.0.1, without persistence. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends it as a machine that fails does. What it held is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** The same as `kill`, for good. */
  close(): Promise<void>;
}

const program = "redis-server";

/** Why tests with Redis can't run here, or null. In CI nothing is skipped: there they fail for want of it. */
export const noRedis: string | null =
  process.env["CI"] || !spawnSync(program, ["--version"]).error ? null : `${program} is not installed`;

/** Starts a server. It goes away with this process. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const running = server;
    server = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    running.kill("SIGKILL");
    await once(running, "exit");
  };
  const killNow = (): void => void server?.kill("SIGKILL");
  const start = async (): Promise<void> => {
    const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    server ??= spawn(program, flags, { stdio: "ignore" });
    await answering(url, server);
  };
  process.once("exit", killNow);
  const close = async (): Promise<void> => {
    await kill();
    process.removeListener("exit", killNow);
  };
  await start();
  return { url, port, kill, start, close };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on("error", () => {});
  let failure: Error | undefined;
  server.once("error", (error) => (failure = error));
  try {
    const deadline = Date.now() + 10_000;
    let answered = false;
    void redis.ping().then(
      () => (answered = true),
      () => {},
    );
    while (!answered) {
      if (failure || server.exitCode !== null || Date.now() > deadline)
        throw new Error(`Redis did not start (${failure?.message ?? `exit code ${server.exitCode}`})`);
      await sleep(10);
    }
  } finally {
    redis.disconnect();
  }
}
