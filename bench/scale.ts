import pg from "pg";
import { type PostgresServer, startPostgres } from "../test/support/postgres-server.js";
import { type Child, startChild } from "./child.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const sizes = [10_000, 1_000_000, 10_000_000];
/** Sizes that don't fit into this are left out: filling the largest takes most of it. */
const mostMinutes = 20;
const roundsEach = 5;
/** What Postgres says of a statement that its time limit has ended. */
const timedOut = "57014";

/** What is measured, how often, and whether a user waits for it. */
const steps = [
  { step: "login", times: 5, isRoute: true },
  { step: "refresh", times: 20, isRoute: true },
  { step: "login and logout", times: 5, isRoute: true },
  { step: "protectedRoute", times: 40, isRoute: true },
  { step: "GET /sessions", times: 20, isRoute: true },
  { step: "admin page", times: 10, isRoute: true },
  { step: "admin page of the disabled", times: 10, isRoute: true },
  { step: "a batch of auth:purge", times: 10, isRoute: false },
  { step: "a poll of the feed", times: 10, isRoute: false },
];

/** What the module costs on Postgres with so many sessions, and a fifth of it users, against the smallest of these numbers. */
export async function measureScale(workshop: Workshop): Promise<Row[]> {
  const endsAt = Date.now() + mostMinutes * 60_000;
  const postgres = await startPostgres();
  const opened: Filled[] = [];
  let rows: Row[] = [];
  try {
    for (const size of sizes) {
      const filled = await openFilled(workshop, postgres, size, endsAt);
      if (filled === null) break;
      opened.push(filled);
      if (opened.length > 1) rows = await compare(opened);
    }
  } finally {
    for (const { child } of opened) await child.stop();
    await postgres.close();
  }
  return rows;
}

/** A process of the module on a database of that many sessions. */
interface Filled {
  size: number;
  child: Child;
}

/** All sizes in turn, several times, so that what else the machine does meets them alike. */
async function compare(opened: readonly Filled[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { step, times, isRoute } of steps) {
    const rounds: number[][] = opened.map(() => []);
    for (let round = 0; round < roundsEach; round++)
      for (const [index, { child }] of opened.entries())
        rounds[index]?.push(await child.ask<number>("measure", { step, times }));
    const costs = rounds.map(median);
    rows.push({
      what: `${step}, ${opened.map(({ size }) => size.toExponential()).join(" / ")} sessions`,
      ...(isRoute ? { aim: { atMost: 2 } } : {}),
      measured: (costs.at(-1) ?? 0) / (costs[0] ?? 0),
      behind: `${costs.map((ms) => ms.toFixed(2)).join(" / ")} ms`,
    });
  }
  return rows;
}

/** Null when there is no time to fill it. */
async function openFilled(
  workshop: Workshop,
  postgres: PostgresServer,
  size: number,
  endsAt: number,
): Promise<Filled | null> {
  const url = new URL(postgres.url);
  url.pathname = `/scale_${size}`;
  await run(postgres.url, [`create database scale_${size}`], endsAt);
  const settings = { ...moduleSettings(url.href), AUTH_RATE_LIMIT: "off", BCRYPT_COST: "10" };
  const child = startChild(await workshop.build("scale", "postgres"), workshop.dir, settings);
  console.error(`  ${size} sessions ...`);
  try {
    await run(url.href, await child.ask<string[]>("prepare"), endsAt);
    await run(url.href, fill(size), endsAt);
    await child.ask("start");
    return { size, child };
  } catch (error) {
    await child.stop();
    if ((error as { code?: string }).code !== timedOut) throw error;
    console.error("  no time for more");
    return null;
  }
}

/** Half of the sessions have been revoked in the last 16 days, and a few users are disabled. */
function fill(size: number): string[] {
  const day = (days: string): string => `now() - (${days}) * interval '1 day'`;
  return [
    `insert into auth_users (id, username, username_canonical, password_hash, pepper_id, disabled_at, created_at)
      select 'user-' || n, 'user-' || n, 'user-' || n, '-', '-', case when n % 10000 = 0 then now() end, ${day("random() * 700")}
      from generate_series(1, ${size / 5}) n`,
    `insert into auth_sessions (id, user_id, epoch, created_at, rotated_at, idle_expires_at, absolute_expires_at, revoked_at)
      select md5(n::text), 'user-' || n / 5, 0, ${day("n % 40")}, ${day("n % 40")}, ${day("n % 40 - 31")}, ${day("n % 40 - 365")},
        case when n % 2 = 0 then ${day("random() * 16")} end
      from generate_series(1, ${size}) n`,
    "vacuum analyze",
  ];
}

/** Each statement is given up when the time for all is over. */
async function run(url: string, statements: readonly string[], endsAt: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) {
      await client.query(`set statement_timeout = ${Math.max(1, endsAt - Date.now())}`);
      await client.query(statement);
    }
  } finally {
    await client.end();
  }
}
