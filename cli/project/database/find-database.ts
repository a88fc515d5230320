import { join } from "node:path";
import { envKeys } from "../../edits/dotenv.js";
import { CliError } from "../../errors.js";
import { readText } from "../../text/text-file.js";
import type { Project } from "../project.js";
import { findSchemaTool, findTraces, type SchemaTool } from "./database-traces.js";
import {
  type EnvironmentPlace,
  findDatabaseUrl,
  findForeignUrl,
  isPostgres,
  namesVariable,
  pathIn,
} from "./database-url.js";

type Database = Project["database"];

const postgresDrivers = ["pg", "postgres", "pg-promise", "slonik", "@neondatabase/serverless", "@vercel/postgres"];

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
  const traces = await findTraces(root, dependencies);
  const postgres = traces.find(({ name }) => name === "PostgreSQL");
  if (postgres) return { value: "postgres", because: postgres.because };
  const driver = postgresDrivers.find((name) => name in dependencies);
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

/** Databases of the application's own that the accounts do not go to, and tools of it that would trip over our tables. */
export async function neighbourWarnings(
  root: string,
  dependencies: Readonly<Record<string, string>>,
  database: Database,
): Promise<string[]> {
  const others = (await findTraces(root, dependencies)).filter(({ name }) => name !== "PostgreSQL");
  const names = [...new Set(others.map(({ name }) => name))];
  const where =
    database === "postgres"
      ? "accounts go to the PostgreSQL of AUTH_DATABASE_URL or DATABASE_URL"
      : "accounts go to .data/auth.db, an SQLite file: in a container keep .data/ on a volume, or they are gone with it " +
        "(--database postgres takes a server instead)";
  const unused = names.map((name) => {
    const { because } = others.find((one) => one.name === name)!;
    return `your ${name} (${because}) is not used: ${where}`;
  });
  const tool = database === "postgres" ? await findSchemaTool(root) : null;
  return [...unused, ...(tool ? [driftWarning(tool)] : [])];
}

function driftWarning({ name, path }: SchemaTool): string {
  const way =
    name === "Prisma"
      ? "give the accounts a schema of their own, which Prisma does not look at: AUTH_DATABASE_URL with ?options=-c%20search_path%3Dauth"
      : `tablesFilter: ["!auth_*"] in ${path}`;
  return `${name} (${path}) takes tables that it does not know for drift, and may drop them: ${way}; authwright docs own-database has the steps`;
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
