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
    return [await compare(workshop, postgres.url)];
  } finally {
    await postgres.close();
  }
}

async function compare(workshop: Workshop, databaseUrl: string): Promise<Row> {
  const child = startChild(await workshop.build("refresh", "postgres"), workshop.dir, moduleSettings(databaseUrl));
  await child.ask("prepare", logins);
  for (const warmUp of ["updateBarely", "refresh"]) await child.ask(warmUp, 8 * timesEach);
  const bare: number[] = [];
  const refreshes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await child.ask<number>("updateBarely", timesEach));
    refreshes.push(await child.ask<number>("refresh", timesEach));
  }
  await child.stop();
  const perSecond = (times: number[]) => `${Math.round((logins * timesEach * 1000) / median(times))}/s`;
  return {
    what: "refresh / its bare UPDATE, Postgres",
    aim: { atLeast: 0.8 },
    measured: median(bare.map((ms, round) => ms / refreshes[round]!)),
    behind: `${perSecond(refreshes)} / ${perSecond(bare)}`,
  };
}
