import { renameSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { closeDatabase, migrateDatabase } from "../../src/db/client.js";
import { databaseFolder } from "./database-url.js";

/** Makes the throw-away database ready. */
export async function prepareDatabase(): Promise<void> {
  await migrateDatabase();
}

/** Takes the throw-away database away. Call it after `closeAuth`. */
export async function releaseDatabase(): Promise<void> {
  await rm(databaseFolder, { recursive: true, force: true, maxRetries: 5 });
}

/** Everything that is stored, as text: the bytes of the database's files. */
export async function dumpDatabase(): Promise<string> {
  const names = await readdir(databaseFolder);
  const texts = await Promise.all(names.map((name) => readFile(join(databaseFolder, name), "latin1")));
  return texts.join("\n");
}

/** Takes the database away, as a disk that fails would, and gives it back as it was. */
export async function duringOutage(work: () => Promise<void>): Promise<void> {
  const away = `${databaseFolder}-away`;
  await closeDatabase();
  renameSync(databaseFolder, away);
  writeFileSync(databaseFolder, "");
  try {
    await work();
  } finally {
    rmSync(databaseFolder);
    renameSync(away, databaseFolder);
  }
}
