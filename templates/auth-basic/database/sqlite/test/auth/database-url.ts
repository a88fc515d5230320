import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Made with the first query, so that a test without one leaves nothing to take away. */
export const databaseFolder: string = join(tmpdir(), `auth-test-${randomBytes(8).toString("hex")}`);

/** What DATABASE_URL is while the tests run: a file that nobody else uses. */
export const databaseUrl = `file:${join(databaseFolder, "auth.db")}`;
