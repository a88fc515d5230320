import { startPostgres } from "../test/support/postgres-server.js";
import { startChild } from "./child.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const rounds = 40;
const logins = 10;
const timesEach = 25;

/** The module's refresh against its bare UPDATE, through the module's own pool, on a Postgres of its own. */
export async function measureRefresh(workshop: Workshop): Promise<Row[]> {
  const postgres = await startPostgres();
  try {
    return await compare(workshop, postgres.url);
  } finally {
    await postgres.close();
  }
}

async function compare(workshop: Workshop, databaseUrl: string): Promise<Row[]> {
  const child = startChild(await workshop.build("refresh", "postgres"), workshop.dir, moduleSettings(databaseUrl));
  await child.ask("prepare", logins);
  const steps = ["updateBarely", "updateByName", "refresh"];
  for (const warmUp of steps) await child.ask(warmUp, 8 * timesEach);
  const times: Record<string, number[]> = Object.fromEntries(steps.map((step) => [step, []]));
  for (let round = 0; round < rounds; round++)
    for (const step of steps) times[step]!.push(await child.ask<number>(step, timesEach));
  await child.stop();
  const row = (step: string, what: string, atLeast: number): Row => ({
    what: `refresh / its bare UPDATE ${what}, Postgres`,
    aim: { atLeast },
    measured: median(times[step]!.map((ms, round) => ms / times["refresh"]![round]!)),
    behind: `${perSecond(times["refresh"]!)} / ${perSecond(times[step]!)}`,
  });
  return [row("updateBarely", "without a name", 1.2), row("updateByName", "with one", 0.8)];
}

const perSecond = (times: number[]): string => `${Math.round((logins * timesEach * 1000) / median(times))}/s`;
