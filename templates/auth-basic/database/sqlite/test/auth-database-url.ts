import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const databaseFolder: string = mkdtempSync(join(tmpdir(), "auth-test-"));

/** What DATABASE_URL is while the tests run: a file that nobody else uses. */
export const databaseUrl = `file:${join(databaseFolder, "auth.db")}`;
