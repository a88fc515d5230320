import { CliError } from "../../errors.js";
import type { Choice } from "../../registry/registry.js";
import { readPlaces } from "../choices/environment-places.js";
import { guessValue, type ValueGuess } from "../choices/guess-value.js";
import { databaseChoice, isFileDatabase } from "../choices/own-choices.js";
import { findSchemaTool, findTraces, type SchemaTool } from "./database-traces.js";
import {
  type EnvironmentPlace,
  findDatabaseUrl,
  findForeignUrl,
  isAddressOf,
  namesVariable,
  pathIn,
} from "./database-url.js";

/** `--database`, checked. */
export function namedDatabase(named: string): ValueGuess {
  const allowed = Object.keys(databaseChoice().values);
  if (!allowed.includes(named))
    throw new CliError("BadArgument", `--database ${named}: choose ${allowed.join(" or ")}`);
  return { value: named, because: `--database ${named}` };
}

/** What an earlier add chose, else what the project has, else the embedded one. */
export async function guessDatabase(
  root: string,
  dependencies: Readonly<Record<string, string>>,
  recorded: string | undefined,
): Promise<ValueGuess> {
  const choice = databaseChoice();
  if (recorded && Object.hasOwn(choice.values, recorded)) return { value: recorded, because: "authwright.json" };
  return guessValue(root, dependencies, choice);
}

/** What the module would not start with, or would share with the application. No value is repeated: it may hold a password. */
export async function databaseWarnings(root: string, database: string): Promise<string[]> {
  const choice = databaseChoice();
  const places = await readPlaces(root);
  const url = findDatabaseUrl(choice, places);
  const { addresses = [], example = "" } = choice.values[database]?.chosenBy ?? {};
  const wanted = `${choice.chosenBy?.variables?.[0]}=${example}`;
  const instead = `set ${wanted}, which comes before it`;
  if (url === null) return isFileDatabase(choice, database) ? [] : foreignWarnings(choice, places, wanted);
  const where = `${url.variable} in ${url.place}`;
  if (namesVariable(url.value))
    return [`${where} holds \${NAME}, which the module does not expand: the server would not start; ${instead}`];
  if (isAddressOf(url.value, addresses)) return sharedFile(where, pathIn(url.value), root);
  return [`${where} is no ${addresses[0]}: address: the server would not start; ${instead}`];
}

/** Databases of the application's own that the accounts do not go to, and tools of it that would trip over our tables. */
export async function neighbourWarnings(
  root: string,
  dependencies: Readonly<Record<string, string>>,
  database: string,
): Promise<string[]> {
  const choice = databaseChoice();
  const ours = Object.values(choice.values).flatMap(({ chosenBy }) => chosenBy?.databases ?? []);
  // The variable of the accounts' own database speaks of no other one.
  const isOwn = (because: string) => because.startsWith(`${choice.chosenBy?.variables?.[0]} in `);
  const traces = await findTraces(root, dependencies);
  const others = traces.filter(({ name, because }) => !ours.includes(name) && !isOwn(because));
  const names = [...new Set(others.map(({ name }) => name))];
  const { where, databases = [] } = choice.values[database]?.chosenBy ?? {};
  const unused = names.map((name) => {
    const { because } = others.find((one) => one.name === name)!;
    return `your ${name} (${because}) is not used: accounts go to ${where}`;
  });
  const tool = databases.length > 0 ? await findSchemaTool(root, databases) : null;
  return [...unused, ...(tool ? [driftWarning(tool, choice)] : [])];
}

function driftWarning({ name, path }: SchemaTool, { chosenBy }: Choice): string {
  const way =
    name === "Prisma"
      ? `give the accounts a schema of their own, which Prisma does not look at: ${chosenBy?.variables?.[0]} with ?options=-c%20search_path%3Dauth`
      : `tablesFilter: ["!auth_*"] in ${path}`;
  return `${name} (${path}) takes tables that it does not know for drift, and may drop them: ${way}; authwright docs own-database has the steps`;
}

function foreignWarnings(choice: Choice, places: readonly EnvironmentPlace[], wanted: string): string[] {
  const foreign = findForeignUrl(choice, places);
  if (!foreign) return [];
  return [`${foreign.variable} in ${foreign.place} is the application's own: set ${wanted} for the accounts`];
}

/** The application's own SQLite file: an ORM that keeps its schema would see tables that it doesn't know. */
function sharedFile(where: string, path: string | null, root: string): string[] {
  if (path === null) return [];
  return [
    `${where} is file:${path}: users and sessions are kept in that file, read from ${root}; ` +
      "git must ignore it, and it may have no tables of these names yet",
  ];
}
