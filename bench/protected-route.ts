import { join } from "node:path";
import autocannon, { type Client } from "autocannon";
import { type Child, startChild } from "./child.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const rounds = 20;
/** The others come along in every so many rounds. */
const othersEvery = 5;
const warmUp = -1;
const requestsEach = 4000;
const connections = 10;
/** So many that the module has forgotten each one when it comes again. */
const manyTokens = 3 * requestsEach;

interface Rates {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

interface Contender {
  readonly name: string;
  readonly child: Child;
  readonly url: string;
  /** Gives a connection the tokens that it sends. */
  readonly setupClient: (client: Client) => void;
  readonly rates: Map<number, Rates>;
}

/**
 * A route behind each guard, as a share of the same route without one; all tokens are valid. What counts is requests
 * per second of the server's own processor time: the load generator shares the cores, so that seconds on the wall say
 * as much about it.
 */
export async function measureProtectedRoute(workshop: Workshop): Promise<Row[]> {
  const file = await workshop.build("protected-route", "sqlite");
  const settings = moduleSettings(`file:${join(workshop.dir, "route.db")}`);
  const start = (name: string, guard = name, tokens = 1) =>
    startContender(name, startChild(file, workshop.dir, settings, guard), tokens);
  const bare = await start("none");
  const noGuard = await start("a guard that does nothing");
  const ours = await start("protectedRoute");
  const withKeys = await start("protectedRoute, ES256");
  const others = [
    await start("protectedRoute, each token new", "protectedRoute", manyTokens),
    await start("protectedRoute, ES256, each token new", "protectedRoute, ES256", manyTokens),
    await start("express-jwt, string"),
    await start("express-jwt, KeyObject"),
    await start("passport-jwt"),
  ];
  const always = [bare, noGuard, ours, withKeys];
  const everybody = [...always, ...others];
  for (const contender of everybody) await shoot(contender, warmUp);
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % othersEvery === 0 ? everybody : always) await shoot(contender, round);
  }
  for (const { child } of everybody) await child.stop();
  const aimed = [ours, withKeys].map((one) => ({ ...rowOf(one, bare), aim: { atLeast: 0.95 } }));
  return [...aimed, ...[noGuard, ...others].map((other) => rowOf(other, bare))];
}

async function startContender(name: string, child: Child, count: number): Promise<Contender> {
  const url = await child.ask<string>("listen");
  const tokens = await child.ask<string[]>("tokens", count);
  return { name, child, url, setupClient: shareOut(tokens), rates: new Map() };
}

async function shoot({ child, url, setupClient, rates }: Contender, round: number): Promise<void> {
  const cpuBefore = await child.ask<number>("cpuTime");
  const load = { connections, amount: requestsEach, sampleInt: 50, setupClient };
  const result = await autocannon({ url: `${url}/hello`, ...load });
  const cpuSeconds = ((await child.ask<number>("cpuTime")) - cpuBefore) / 1e6;
  if (result.errors + result.non2xx > 0) throw new Error(`${url} answered with errors: ${JSON.stringify(result)}`);
  const { total } = result.requests;
  rates.set(round, { perSecond: total / result.duration, perCpuSecond: total / cpuSeconds });
}

/** Each connection sends tokens of its own, in turn. */
function shareOut(tokens: string[]): (client: Client) => void {
  const perClient = requestsEach / connections;
  let next = 0;
  return (client) => {
    const mine = tokens.slice(next, next + perClient);
    next = (next + perClient) % tokens.length;
    client.setRequests(mine.map((token) => ({ headers: { authorization: `Bearer ${token}` } })));
  };
}

function rowOf(contender: Contender, bare: Contender): Row {
  const counted = [...contender.rates.keys()].filter((round) => round !== warmUp);
  const middle = (value: (round: number) => number) => median(counted.map(value));
  const perSecond = ({ rates }: Contender) => `${Math.round(middle((round) => rates.get(round)!.perSecond))}/s`;
  return {
    what: `${contender.name} / bare Express`,
    measured: middle((round) => contender.rates.get(round)!.perCpuSecond / bare.rates.get(round)!.perCpuSecond),
    behind: `by CPU time; on the wall ${perSecond(contender)} / ${perSecond(bare)}`,
  };
}
