import pg from "pg";
import { afterEach, expect, inject, test } from "vitest";
import { logIn, open, refresh, signUp, times, useCluster } from "../support/cluster.js";
import { type FreezableProxy, startProxy } from "../support/freezable-proxy.js";
import { unrun } from "../support/needs.js";
import { noPgBouncer, type PgBouncer, startPgBouncer } from "../support/pgbouncer.js";

// Postgres plans a statement once for a connection where it has a name. Not every pooler keeps account of names.

const logins = 30;
const refreshes = 4;

let proxy: FreezableProxy | undefined;
let bouncer: PgBouncer | undefined;

afterEach(async () => {
  proxy?.close();
  await bouncer?.close();
});
const cluster = useCluster();

test("on a connection that is its own, a process sends the text of a refresh once, and its name from then on", async () => {
  await cluster.begin({ database: "postgres", processes: 0 });
  let sent = "";
  const url = new URL(cluster.env["DATABASE_URL"]!);
  proxy = await startProxy(Number(url.port), (chunk) => (sent += chunk.toString("latin1")));
  url.port = String(proxy.port);
  await cluster.start({ DATABASE_URL: url.href });
  await rotateMany();
  const parsed = sent.match(/auth_[\w-]{43}\0update "auth_sessions"/g);
  const bound = sent.match(/\0auth_[\w-]{43}\0/g);
  expect(parsed!.length).toBeLessThanOrEqual(10);
  expect(bound!.length).toBeGreaterThan(logins * refreshes);
});

test("a migration beside it, after which the plan of a named statement is none any more, fails no request", async () => {
  await cluster.begin({ database: "postgres", processes: 1 });
  await rotateMany();
  await cluster.sql("alter table auth_sessions alter column user_id type varchar(100)");
  await rotateMany();
});

test.skipIf(noPgBouncer)(
  `behind a pooler that gives each transaction another connection, none has a name from the first refusal on, and no request fails${unrun(noPgBouncer)}`,
  async () => {
    await cluster.begin({ database: "postgres", processes: 0 });
    bouncer = await startPgBouncer(inject("postgresAdminUrl"));
    const url = bouncer.urlOf(new URL(cluster.env["DATABASE_URL"]!).pathname.slice(1));
    expect(await refusals(url)).toEqual(expect.arrayContaining([expect.stringMatching(/^(26000|42P05)$/)]));
    await times(2, () => cluster.start({ DATABASE_URL: url }));
    await rotateMany();
  },
);

/** Many logins that refresh side by side. */
async function rotateMany(): Promise<void> {
  await times(logins, async () => {
    const { username } = await signUp(cluster.next());
    let { status, body } = await logIn(cluster.next(), username);
    for (let turn = 0; turn < refreshes; turn++) {
      expect(status).toBe(200);
      ({ status, body } = await refresh(cluster.next(), body.refreshToken));
    }
    expect(status).toBe(200);
    expect(await open(cluster.next(), body.accessToken)).toBe(200);
  });
}

/** What the pooler says to clients who count on names: the SQLSTATE of each failure. */
async function refusals(url: string): Promise<string[]> {
  const clients = await times(6, async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  });
  const codes: string[] = [];
  for (let turn = 0; turn < 10; turn++)
    await Promise.all(
      clients.map((client) =>
        client.query({ name: "one", text: "select 1" }).catch(({ code }: pg.DatabaseError) => codes.push(String(code))),
      ),
    );
  await Promise.all(clients.map((client) => client.end()));
  return codes;
}
