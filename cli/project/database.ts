import { join } from "node:path";
import { parse } from "dotenv";
import { CliError } from "../errors.js";
import type { Project } from "./project.js";
import { readText } from "./text-file.js";

type Database = Project["database"];

export interface DatabaseGuess {
  readonly value: Database;
  readonly because: string;
  readonly warnings?: readonly string[];
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
  const there = await databaseUrl(root, isPostgres);
  if (there !== null) return { value: "postgres", because: `DATABASE_URL in ${there.place} is a Postgres address` };
  const driver = ["pg", "postgres"].find((name) => name in dependencies);
  if (driver) return { value: "postgres", because: `package.json has ${driver}` };
  return { value: "sqlite", because: "no Postgres found: the embedded database", warnings: await sharedFile(root) };
}

/** The application's own SQLite file: an ORM that keeps its schema would see tables that it doesn't know. */
async function sharedFile(root: string): Promise<string[]> {
  const there = await databaseUrl(root, isFile);
  if (there === null) return [];
  return [
    `DATABASE_URL in ${there.place} is ${there.url}: users and sessions are kept in that file, read from ${root}; ` +
      "git must ignore it, and it may have no tables of these names yet",
  ];
}

async function databaseUrl(
  root: string,
  wanted: (url: string) => boolean,
): Promise<{ place: string; url: string } | null> {
  const here = process.env["DATABASE_URL"] ?? "";
  if (wanted(here)) return { place: "the environment", url: here };
  for (const place of [".env", ".env.local", ".env.development"]) {
    const text = await readText(join(root, place));
    const url = text === null ? "" : (parse(text)["DATABASE_URL"] ?? "");
    if (wanted(url)) return { place, url };
  }
  return null;
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//i.test(url);
}

function isFile(url: string): boolean {
  return /^file:/i.test(url);
}
