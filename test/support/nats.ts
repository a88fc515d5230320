import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { freePort } from "./free-port.js";
import { until } from "./smtp.js";

/** A private NATS server with JetStream on a free port of 127.0.0.1, which keeps its streams in a folder of its own. */
export interface NatsServer {
  /** With user and password. */
  readonly url: string;
  readonly port: number;
  /** Ends it as a machine that fails does. Its streams stay. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good, and takes its streams away. */
  close(): Promise<void>;
}

const program = "nats-server";

/** Why tests with NATS can't run here, or null. In CI nothing is skipped: there they fail for want of it. */
export const noNats: string | null =
  process.env["CI"] || !spawnSync(program, ["--version"]).error ? null : `${program} is not installed`;

/** Starts a server. It goes away with this process. */
export async function startNats(): Promise<NatsServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "authwright-nats-"));
  const login = { user: "shop", pass: "p@ss" };
  const flags = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", dir, "--user", login.user, "--pass", login.pass];
  let server: ChildProcess | null = null;
  const killNow = (): void => void server?.kill("SIGKILL");
  process.once("exit", killNow);
  const kill = async (): Promise<void> => {
    const running = server;
    server = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    running.kill("SIGKILL");
    await once(running, "exit");
  };
  const start = async (): Promise<void> => {
    const started = spawn(program, flags, { stdio: "ignore" });
    server = started;
    let failure: Error | undefined;
    started.once("error", (error) => (failure = error));
    await until(async () => {
      if (failure || started.exitCode !== null) throw new Error(`NATS did not start (${failure?.message})`);
      const connection = await connect({ port, ...login, reconnect: false }).catch(() => null);
      await connection?.close();
      return connection !== null;
    }, "NATS");
  };
  const close = async (): Promise<void> => {
    await kill();
    process.removeListener("exit", killNow);
    await rm(dir, { recursive: true });
  };
  await start();
  return { url: `nats://shop:p%40ss@127.0.0.1:${port}`, port, kill, start, close };
}
