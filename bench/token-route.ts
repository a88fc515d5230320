import autocannon, { type Client } from "autocannon";
import { startPostgres } from "../test/support/postgres-server.js";
import { startRedis } from "../test/support/redis.js";
import { type Child, startChild } from "./child.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const rounds = 8;
const requestsEach = 2000;
const connections = 10;

interface Contender {
  readonly name: string;
  readonly child: Child;
  readonly url: string;
  /** Milliseconds of the server's own processor time for a request, one for each round. */
  readonly costs: number[];
}

/**
 * What a request costs with each kind of token, above a bearer token that was verified lately: processor time of the
 * server; one Postgres, and a Redis, for all.
 */
export async function measureTokenRoute(workshop: Workshop): Promise<Row[]> {
  const file = await workshop.build("token-route", "postgres");
  const postgres = await startPostgres();
  const redis = await startRedis();
  const contenders: Contender[] = [];
  const start = async (name: string, kind: string, settings: Record<string, string> = {}) => {
    const env = { ...moduleSettings(postgres.url), PUBLIC_ORIGIN: "http://localhost", ...settings };
    const child = startChild(file, workshop.dir, env, kind);
    if (contenders.length === 0) await child.ask("prepare");
    const url = await child.ask<string>("listen");
    contenders.push({ name, child, url, costs: [] });
  };
  try {
    await start("bearer token", "bearer");
    await start("bare Express", "none");
    await start("DPoP, proofs in the database", "dpop");
    await start("DPoP, proofs in memory", "dpop", { DPOP_REPLAYS: "memory" });
    await start("keypair token, table", "keypair");
    await start("keypair token, Redis", "keypair", { KEYPAIR_REDIS_URL: redis.url });
    for (const contender of contenders) await shoot(contender);
    for (const { costs } of contenders) costs.length = 0;
    for (let round = 0; round < rounds; round += 1) for (const contender of contenders) await shoot(contender);
    const [bearer, , ...others] = contenders;
    return others.map((other) => rowOf(other, bearer!));
  } finally {
    for (const { child } of contenders) await child.stop();
    await redis.close();
    await postgres.close();
  }
}

async function shoot({ child, url, costs }: Contender): Promise<void> {
  const headers = await child.ask<Record<string, string>[]>("headers", requestsEach);
  const before = await child.ask<number>("cpuTime");
  const load = { connections, amount: requestsEach, sampleInt: 50, setupClient: shareOut(headers) };
  const result = await autocannon({ url: `${url}/hello`, ...load });
  const cpuMs = ((await child.ask<number>("cpuTime")) - before) / 1000;
  if (result.errors + result.non2xx > 0) throw new Error(`${url} answered with errors: ${JSON.stringify(result)}`);
  costs.push(cpuMs / result.requests.total);
}

/** Each connection sends requests of its own, each of them once. */
function shareOut(headers: Record<string, string>[]): (client: Client) => void {
  const perClient = requestsEach / connections;
  let next = 0;
  return (client) => {
    client.setRequests(headers.slice(next, next + perClient).map((headers) => ({ headers })));
    next += perClient;
  };
}

function rowOf(one: Contender, bearer: Contender): Row {
  const figure = (costs: readonly number[]) => median(costs).toFixed(3);
  return {
    what: `CPU of ${one.name}, over a bearer token`,
    ...(one.name.startsWith("DPoP") ? { aim: { atMost: 0.2 } } : {}),
    measured: median(one.costs.map((cost, round) => cost - bearer.costs[round]!)),
    behind: `ms for a request: ${figure(one.costs)} beside ${figure(bearer.costs)}`,
  };
}
