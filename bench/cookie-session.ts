import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { x } from "tinyexec";
import { startPostgres } from "../test/support/postgres-server.js";
import { type Child, startChild } from "./child.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const rounds = 8;
const requestsEach = 3000;
const connections = 10;
const peerFolder = fileURLToPath(new URL("better-auth", import.meta.url));

interface Contender {
  readonly name: string;
  readonly child: Child;
  readonly url: string;
  readonly headers: Record<string, string>;
  /** Requests per second of the server's own processor time, one for each round. */
  readonly rates: number[];
}

/**
 * A route behind a session cookie, as a share of the same route without a guard, beside the bearer one and better-auth's
 * `getSession`; one Postgres for all. Counted by the servers' own processor time: the database and the load generator
 * share the cores.
 */
export async function measureCookieSession(workshop: Workshop): Promise<Row[]> {
  await installPeer();
  const file = await workshop.build("cookie-route", "postgres");
  const postgres = await startPostgres();
  const children: Child[] = [];
  const start = async (name: string, child: Child, ask: (child: Child) => Promise<Record<string, string>>) => {
    children.push(child);
    const url = await child.ask<string>("listen");
    return { name, child, url, headers: await ask(child), rates: [] } satisfies Contender;
  };
  try {
    const settings = moduleSettings(postgres.url);
    const ours = (guard: string) => startChild(file, workshop.dir, settings, guard);
    const theirs = (mode: string) => startChild(`${peerFolder}/server.mjs`, peerFolder, settings, mode);
    const logInThere = async (child: Child) => ({ cookie: await child.ask<string>("logIn", `ada${children.length}`) });
    const bare = await start("none", ours("none"), async () => ({}));
    const bearer = await start("bearer token", ours("both"), (child) => child.ask("logIn", "tokens"));
    const cookie = await start("session cookie", ours("both"), (child) => child.ask("logIn", "cookie"));
    const peers = [
      await start("better-auth getSession", theirs("as it comes"), logInThere),
      await start("better-auth getSession, cookie cache", theirs("cookie cache"), logInThere),
    ];
    const everybody = [bare, bearer, cookie, ...peers];
    for (const contender of everybody) await shoot(contender);
    for (const { rates } of everybody) rates.length = 0;
    for (let round = 0; round < rounds; round++) for (const contender of everybody) await shoot(contender);
    return [
      rowOf(cookie, bare, "bare Express"),
      rowOf(cookie, bearer, "bearer token"),
      ...peers.map((peer) => rowOf(cookie, peer, peer.name)),
      ...peers.map((peer) => rowOf(peer, bare, "bare Express")),
    ];
  } finally {
    for (const child of children) await child.stop();
    await postgres.close();
  }
}

async function shoot({ child, url, headers, rates }: Contender): Promise<void> {
  const cpuBefore = await child.ask<number>("cpuTime");
  const result = await autocannon({ url: `${url}/hello`, connections, amount: requestsEach, sampleInt: 50, headers });
  const cpuSeconds = ((await child.ask<number>("cpuTime")) - cpuBefore) / 1e6;
  if (result.errors + result.non2xx > 0) throw new Error(`${url} answered with errors: ${JSON.stringify(result)}`);
  rates.push(result.requests.total / cpuSeconds);
}

function rowOf(one: Contender, other: Contender, otherName: string): Row {
  return {
    what: `${one.name} / ${otherName}`,
    measured: median(one.rates.map((rate, round) => rate / other.rates[round]!)),
    behind: `${Math.round(median(one.rates))} / ${Math.round(median(other.rates))} requests a second of CPU time`,
  };
}

/** better-auth's peer dependencies don't fit beside this repo's, so it has a folder and a lock file of its own. */
async function installPeer(): Promise<void> {
  if (existsSync(`${peerFolder}/node_modules`)) return;
  await x("npm", ["ci", "--omit=optional", "--omit=peer", "--no-audit", "--no-fund"], {
    nodeOptions: { cwd: peerFolder },
    throwOnError: true,
  });
}
