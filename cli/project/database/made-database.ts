import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { envKeys } from "../../edits/dotenv.js";
import type { InstalledItem } from "../../record/schema.js";
import { repoPath, staysInside } from "../../text/repo-path.js";
import { databaseChoice } from "../choices/own-choices.js";
import { findDatabaseUrl, pathIn } from "./database-url.js";

/** A database that the item's accounts may be in. */
export interface MadeDatabase {
  /** For a person: ".data/auth.db", "the PostgreSQL database". */
  readonly name: string;
  /** Its files inside the project, with what tells that they have not changed. */
  readonly files: readonly { readonly path: string; readonly stamp: string }[];
}

/** What SQLite keeps beside its file. */
const endings = ["", "-wal", "-shm", "-journal"];

/** The database that the item has made here, or may have made; null where there is none. */
export async function findMadeDatabase(
  root: string,
  { choices }: Pick<InstalledItem, "choices">,
  env: string | null,
): Promise<MadeDatabase | null> {
  const choice = databaseChoice();
  const signs = choice.values[choices["database"] ?? ""]?.chosenBy;
  if (!signs) return null;
  if (!signs.addresses?.includes("file")) return { name: `the ${signs.databases?.[0]} database`, files: [] };
  const values = { ...Object.fromEntries(envKeys(env ?? "")), ...process.env };
  const url = findDatabaseUrl(choice, [{ place: ".env", values }]);
  const path = pathIn(url?.value ?? "") ?? pathIn(signs.example ?? "") ?? "";
  const full = resolve(root, path);
  if ((await stamp(full)) === null) return null;
  const local = repoPath(root, full);
  if (!staysInside(local)) return { name: path, files: [] };
  const files = await Promise.all(
    endings.map(async (ending) => ({ path: local + ending, stamp: await stamp(join(root, local + ending)) })),
  );
  return { name: local, files: files.flatMap(({ path, stamp }) => (stamp === null ? [] : [{ path, stamp }])) };
}

/** What changes when somebody writes to a file. */
export async function stamp(path: string): Promise<string | null> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ? `${stats.size} bytes, ${stats.mtimeMs}` : null;
}
