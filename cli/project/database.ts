import { join } from "node:path";
import { parse } from "dotenv";
import { CliError } from "../errors.js";
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
  const place = await postgresUrlPlace(root);
  if (place !== null) return { value: "postgres", because: `DATABASE_URL in ${place} is a Postgres address` };
  const driver = ["pg", "postgres"].find((name) => name in dependencies);
  if (driver) return { value: "postgres", because: `package.json has ${driver}` };
  return { value: "sqlite", because: "no Postgres found: the embedded database" };
}

async function postgresUrlPlace(root: string): Promise<string | null> {
  if (isPostgres(process.env["DATABASE_URL"])) return "the environment";
  for (const name of [".env", ".env.local", ".env.development"]) {
    const text = await readText(join(root, name));
    if (text !== null && isPostgres(parse(text)["DATABASE_URL"])) return name;
  }
  return null;
}

function isPostgres(url: string | undefined): boolean {
  return /^postgres(ql)?:\/\//i.test(url ?? "");
}
