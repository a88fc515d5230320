import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { migrateDatabase } from "../src/db/client.js";
import { databaseFolder } from "./auth-database-url.js";

/** Makes the throw-away database ready. */
export async function prepareDatabase(): Promise<void> {
  await migrateDatabase();
}

/** Takes the throw-away database away. Call it after `closeAuth`. */
export async function releaseDatabase(): Promise<void> {
  rmSync(databaseFolder, { recursive: true, force: true, maxRetries: 5 });
}

/** Everything that is stored, as text: the bytes of the database's files. */
export async function dumpDatabase(): Promise<string> {
  return readdirSync(databaseFolder)
    .map((name) => readFileSync(join(databaseFolder, name), "latin1"))
    .join("\n");
}
