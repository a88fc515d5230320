import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { freePort } from "./free-port.js";
import { whyNot } from "./needs.js";
import { type Program, startProgram } from "./program.js";

/**
 * A private NATS server with JetStream on a free port of 127.0.0.1. Its streams stand in a folder of its own: they stay
 * when it is killed, and go when it is closed.
 */
export interface NatsServer extends Program {
  /** With user and password. */
  readonly url: string;
  readonly port: number;
}

const program = "nats-server";

/** Why tests with NATS can't run here, or null. */
export const noNats: string | null = whyNot([program]);

export async function startNats(): Promise<NatsServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "authwright-nats-"));
  const login = { user: "shop", pass: "p@ss" };
  const flags = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", dir, "--user", login.user, "--pass", login.pass];
  const answers = async (): Promise<boolean> => {
    const connection = await connect({ port, ...login, reconnect: false }).catch(() => null);
    await connection?.close();
    return connection !== null;
  };
  const server = await startProgram(program, flags, answers);
  const close = async (): Promise<void> => {
    await server.close();
    await rm(dir, { recursive: true });
  };
  return { ...server, close, url: `nats://shop:p%40ss@127.0.0.1:${port}`, port };
}
