import { Redis } from "ioredis";
import { freePort } from "./free-port.js";
import { whyNot } from "./needs.js";
import { type Program, startProgram } from "./program.js";

/** A private Redis on a free port of 127.0.0.1, without persistence: what it held is gone when it is killed. */
export interface RedisServer extends Program {
  readonly url: string;
  readonly port: number;
}

const program = "redis-server";

/** Why tests with Redis can't run here, or null. */
export const noRedis: string | null = whyNot([program]);

export async function startRedis(more: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...more];
  return { url, port, ...(await startProgram(program, flags, () => answers(url))) };
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on("error", () => {});
  const answered = await redis.ping().then(
    () => true,
    () => false,
  );
  redis.disconnect();
  return answered;
}
