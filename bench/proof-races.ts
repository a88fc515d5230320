import { startPostgres } from "../test/support/postgres-server.js";
import { startChild } from "./child.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const proofs = 2_000;
const timesEach = 50;
const processes = 2;
/** So many proofs are on their way at once. */
const atOnce = 4;

/** Each proof of DPoP is sent 50 times at once, to two processes on one Postgres: how many were not taken exactly once. */
export async function measureProofRaces(workshop: Workshop): Promise<Row[]> {
  const file = await workshop.build("token-route", "postgres");
  const postgres = await startPostgres();
  const env = { ...moduleSettings(postgres.url), PUBLIC_ORIGIN: "http://localhost" };
  const children = Array.from({ length: processes }, () => startChild(file, workshop.dir, env, "dpop"));
  try {
    await children[0]!.ask("prepare");
    const urls = await Promise.all(children.map((child) => child.ask<string>("listen")));
    let wrong = 0;
    for (let sent = 0; sent < proofs; sent += atOnce) {
      const headers = await children[0]!.ask<Record<string, string>[]>("headers", atOnce);
      const taken = await Promise.all(headers.map((one) => timesTaken(urls, one)));
      wrong += taken.filter((times) => times !== 1).length;
    }
    const behind = `${proofs} proofs, each sent ${timesEach} times at once to ${processes} processes`;
    return [{ what: "DPoP proofs not taken exactly once", measured: wrong, aim: { atMost: 1 }, behind }];
  } finally {
    for (const child of children) await child.stop();
    await postgres.close();
  }
}

async function timesTaken(urls: readonly string[], headers: Record<string, string>): Promise<number> {
  const statuses = await Promise.all(
    Array.from({ length: timesEach }, async (_, index) => {
      const answer = await fetch(`${urls[index % urls.length]}/hello`, { headers });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
  const others = statuses.filter((status) => status !== 200 && status !== 401);
  if (others.length > 0) throw new Error(`Answered with ${others.join(", ")}`);
  return statuses.filter((status) => status === 200).length;
}
