import { type ChildProcess, execFileSync, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { freePort } from "./free-port.js";
import { waitHangMs } from "./limits.js";
import { type Binaries, findBinaries } from "./postgres-binaries.js";

/** A private Postgres server on a free port of 127.0.0.1. */
export interface PostgresServer {
  /** Of its database `postgres`, as a superuser. */
  readonly url: string;
  readonly name: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it for good and removes its data. */
  close(): Promise<void>;
}

/** Makes and starts a server of its own. It goes away with this process, even when that is killed. */
export async function startPostgres(): Promise<PostgresServer> {
  const owner = serverUser();
  const folder = makeFolder(owner);
  const binaries = reachable(findBinaries(), folder, owner);
  const keeper = startKeeper(folder);
  initialise(binaries, folder, owner);
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | null = null;

  const stop = async (): Promise<void> => {
    if (server !== null) await end(server, "SIGINT");
    server = null;
  };
  const start = async (): Promise<void> => {
    server ??= spawnServer(binaries, folder, port, owner);
    await answering(url, server);
  };
  const close = async (): Promise<void> => {
    await stop();
    keeper.ref();
    keeper.stdin?.end();
    if (keeper.exitCode === null) await once(keeper, "exit");
  };

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { url, name: binaries.name, stop, start, close };
}

type Owner = { readonly uid: number; readonly gid: number } | Record<never, never>;

/** Postgres refuses to run as root: then it runs as `postgres`, or as `nobody` where there is no such user. */
function serverUser(): Owner {
  if (process.getuid?.() !== 0) return {};
  for (const user of ["postgres", "nobody"]) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"] }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {}
  }
  throw new Error(
    "Postgres does not run as root, and this machine has neither a user postgres nor nobody: run as another user",
  );
}

function makeFolder(owner: Owner): string {
  const folder = mkdtempSync(join(tmpdir(), "authwright-pg-"));
  mkdirSync(join(folder, "data"));
  chmodSync(join(folder, "data"), 0o700);
  if ("uid" in owner) for (const path of [folder, join(folder, "data")]) chownSync(path, owner.uid, owner.gid);
  return folder;
}

/** A checkout below /root is closed to the user that Postgres runs as: then the programs are copied. */
function reachable(binaries: Binaries, folder: string, owner: Owner): Binaries {
  if (spawnSync(join(binaries.bin, "initdb"), ["--version"], { ...owner, cwd: "/" }).error === undefined)
    return binaries;
  cpSync(dirname(binaries.bin), join(folder, "server"), { recursive: true, verbatimSymlinks: true });
  return { ...binaries, bin: join(folder, "server", "bin") };
}

function startKeeper(folder: string): ChildProcess {
  const script = fileURLToPath(new URL("postgres-keeper.mjs", import.meta.url));
  const keeper = spawn(process.execPath, [script, folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  keeper.unref();
  return keeper;
}

function initialise({ bin }: Binaries, folder: string, owner: Owner): void {
  const flags = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"];
  execFileSync(join(bin, "initdb"), [`--pgdata=${join(folder, "data")}`, ...flags], {
    ...inside(folder, owner),
    stdio: "pipe",
  });
}

function spawnServer({ bin }: Binaries, folder: string, port: number, owner: Owner): ChildProcess {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    max_connections: 100,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(bin, "postgres"), ["-D", join(folder, "data"), "-p", String(port), ...flags], {
    ...inside(folder, owner),
    stdio: "ignore",
    detached: true,
  });
  server.unref();
  return server;
}

function inside(folder: string, owner: Owner): SpawnOptions {
  return { cwd: folder, ...owner, env: { PATH: process.env["PATH"], HOME: folder, TZ: "UTC", LC_ALL: "C" } };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + waitHangMs; Date.now() < deadline && server.exitCode === null; ) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`Postgres did not start (exit code ${server.exitCode})`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  child.kill(signal);
  await once(child, "exit");
}
