import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, test } from "vitest";
import { freshDatabase } from "./postgres.js";
import { startPostgres } from "./postgres-server.js";

test("twenty connections to one fresh database work at once", async () => {
  const database = await freshDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 20 });
  const pids = await Promise.all(
    Array.from({ length: 20 }, () => pool.query("select pg_backend_pid() as pid, pg_sleep(0.2)")),
  );
  expect(new Set(pids.map((answer) => answer.rows[0].pid)).size).toBe(20);
  await pool.end();
  await database.drop();
});

test("a server that was stopped and started again keeps its address and its rows", async () => {
  const server = await startPostgres();
  await ask(server.url, "create table kept as select 7 as n");
  await server.stop();
  await expect(ask(server.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  await server.start();
  expect(await ask(server.url, "select n from kept")).toEqual([{ n: 7 }]);
  await server.close();
});

test("a server whose parent was killed stops by itself", async () => {
  const script = `import { startPostgres } from ${JSON.stringify(new URL("postgres-server.ts", import.meta.url).href)};
    console.log((await startPostgres()).url); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(parent.stdout, "data");
  const url = String(line).trim();
  expect(await ask(url, "select 1 as one")).toEqual([{ one: 1 }]);
  parent.kill("SIGKILL");
  await expect.poll(() => ask(url, "select 1").catch((error: Error) => error.message)).toMatch(/ECONNREFUSED/);
});

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
