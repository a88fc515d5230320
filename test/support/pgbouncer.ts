import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "./free-port.js";
import { whyNot } from "./needs.js";
import { type Program, startProgram } from "./program.js";

/** A private pgbouncer on a free port of 127.0.0.1 that gives each transaction any of a few connections to a server. */
export interface PgBouncer extends Program {
  /** The address of a database behind it. */
  urlOf(database: string): string;
}

const program = "pgbouncer";
const connections = 3;

/** Why tests with pgbouncer can't run here, or null. */
export const noPgBouncer: string | null = whyNot([program]);

/** Before the Postgres at `server`, with its user. */
export async function startPgBouncer(server: string): Promise<PgBouncer> {
  const { hostname, port: serverPort, username } = new URL(server);
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "authwright-pgbouncer-"));
  await chmod(dir, 0o755);
  const ini = join(dir, "pgbouncer.ini");
  await writeFile(
    ini,
    `[databases]
* = host=${hostname} port=${serverPort} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
`,
  );
  const urlOf = (database: string): string => `postgres://${username}@127.0.0.1:${port}/${database}`;
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ["--user", "nobody"] : [];
  const bouncer = await startProgram(program, ["--quiet", ...user, ini], () => answers(urlOf("postgres")));
  const close = async (): Promise<void> => {
    await bouncer.close();
    await rm(dir, { recursive: true });
  };
  return { ...bouncer, close, urlOf };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
