import { join } from "node:path";
import { envKeys } from "../edits/dotenv.js";
import { CliError } from "../errors.js";
import {
  type EnvironmentPlace,
  findDatabaseUrl,
  findForeignUrl,
  isPostgres,
  namesVariable,
  pathIn,
} from "./database-url.js";
import type { Project } from "./project.js";
import { readText } from "./text-file.js";

type Database = Project["database"];

export interface DatabaseGuess {
  readonly value: Database;
  readonly because: string;
}

/** `--database`, checked. */
export function namedDatabase(named: string): DatabaseGuess {
  if (named !== "sqlite" && named !== "postgres") {
    throw new CliError("BadArgument", `--database ${named}: choose sqlite or postgres`);
  }
  return { value: named, because: `--database ${named}` };
}

/** What an earlier add chose, else Postgres where the project has one, else the embedded SQLite. */
export async function guessDatabase(
  root: string,
  dependencies: Readonly<Record<string, string>>,
  recorded: string | undefined,
): Promise<DatabaseGuess> {
  if (recorded === "sqlite" || recorded === "postgres") return { value: recorded, because: "authwright.json" };
  const url = findDatabaseUrl(await readPlaces(root));
  if (url && isPostgres(url.value))
    return { value: "postgres", because: `${url.variable} in ${url.place} is a Postgres address` };
  if (url && pathIn(url.value) !== null)
    return { value: "sqlite", because: `${url.variable} in ${url.place} is a file` };
  const driver = ["pg", "postgres"].find((name) => name in dependencies);
  if (driver) return { value: "postgres", because: `package.json has ${driver}` };
  return { value: "sqlite", because: "no Postgres found: the embedded database" };
}

/** What the module would not start with, or would share with the application. No value is repeated: it may hold a password. */
export async function databaseWarnings(root: string, database: Database): Promise<string[]> {
  const places = await readPlaces(root);
  const url = findDatabaseUrl(places);
  const wanted = database === "sqlite" ? "file:.data/auth.db" : "postgres://user:password@host:5432/name";
  const instead = `set AUTH_DATABASE_URL=${wanted}, which comes before it`;
  if (url === null) return foreignWarnings(places, database, wanted);
  const where = `${url.variable} in ${url.place}`;
  if (namesVariable(url.value))
    return [`${where} holds \${NAME}, which the module does not expand: the server would not start; ${instead}`];
  const path = pathIn(url.value);
  if (database === "postgres" ? isPostgres(url.value) : path !== null) return sharedFile(where, path, root);
  return [
    `${where} is no ${database === "sqlite" ? "file:" : "postgres:"} address: the server would not start; ${instead}`,
  ];
}

function foreignWarnings(places: readonly EnvironmentPlace[], database: Database, wanted: string): string[] {
  const foreign = findForeignUrl(places);
  if (!foreign || database === "sqlite") return [];
  return [
    `DATABASE_URL in ${foreign.place} is the application's own: set AUTH_DATABASE_URL=${wanted} for the accounts`,
  ];
}

/** The application's own SQLite file: an ORM that keeps its schema would see tables that it doesn't know. */
function sharedFile(where: string, path: string | null, root: string): string[] {
  if (path === null) return [];
  return [
    `${where} is file:${path}: users and sessions are kept in that file, read from ${root}; ` +
      "git must ignore it, and it may have no tables of these names yet",
  ];
}

async function readPlaces(root: string): Promise<EnvironmentPlace[]> {
  const places: EnvironmentPlace[] = [{ place: "the environment", values: process.env }];
  for (const place of [".env", ".env.local", ".env.development"]) {
    const text = await readText(join(root, place));
    if (text !== null) places.push({ place, values: Object.fromEntries(envKeys(text)) });
  }
  return places;
}
