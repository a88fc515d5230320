import { mkdtemp, readdir, readFile, readlink, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { afterAll } from "vitest";

/** One user repo in a folder of its own. Paths are relative to it. */
export interface Fixture {
  readonly dir: string;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Every file (symlinks as "-> target"), without node_modules and .git: equal snapshots are equal repos. */
  snapshot(): Promise<Map<string, string>>;
}

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));
const made: string[] = [];

afterAll(async () => {
  for (const dir of made.splice(0)) await fs.remove(dir);
});

/** Copies a fixture into a fresh temporary folder, which is removed after the test file. */
export async function useFixture(name: string): Promise<Fixture> {
  const { dir, ...rest } = await emptyFolder();
  await fs.copy(join(fixtures, name), dir);
  return { dir, ...rest };
}

/** A fresh temporary folder that holds the given files. */
export async function useFiles(files: Readonly<Record<string, string>>): Promise<Fixture> {
  const folder = await emptyFolder();
  for (const [path, text] of Object.entries(files)) await folder.write(path, text);
  return folder;
}

async function emptyFolder(): Promise<Fixture> {
  // The real path: on some systems the temporary folder is itself a symlink.
  const dir = await realpath(await mkdtemp(join(tmpdir(), "authwright-fixture-")));
  made.push(dir);
  return {
    dir,
    read: (path) => readFile(join(dir, path), "utf8"),
    write: (path, text) => fs.outputFile(join(dir, path), text),
    snapshot: () => snapshot(dir),
  };
}

async function snapshot(dir: string, folder = dir, found = new Map<string, string>()): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === "node_modules" || entry.name === ".git") continue;
    const path = join(folder, entry.name);
    const name = relative(dir, path).split(sep).join("/");
    if (entry.isDirectory()) await snapshot(dir, path, found);
    else if (entry.isSymbolicLink()) found.set(name, `-> ${await readlink(path)}`);
    else found.set(name, await readFile(path, "latin1"));
  }
  return found;
}
