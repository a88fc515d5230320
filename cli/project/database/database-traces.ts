import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import { envKeys } from "../../edits/dotenv.js";
import { staysInside } from "../../text/repo-path.js";
import { readText } from "../../text/text-file.js";
import { findSamples } from "../sample-env.js";
import { withoutComments } from "../sources/source-imports.js";

/** A database that something in the project speaks of. */
export interface DatabaseTrace {
  /** As people write it: "PostgreSQL", "MySQL". */
  readonly name: string;
  /** e.g. "prisma/schema.prisma says mysql". */
  readonly because: string;
}

/** A tool that compares the database with what it knows, and would take our tables for drift. */
export interface SchemaTool {
  readonly name: "Prisma" | "drizzle-kit";
  readonly path: string;
}

type Dependencies = Readonly<Record<string, string>>;

const schemes: readonly (readonly [RegExp, string])[] = [
  [/^postgres(ql)?:/i, "PostgreSQL"],
  [/^(mysql2?|jdbc:mysql):/i, "MySQL"],
  [/^mariadb:/i, "MariaDB"],
  [/^mongodb(\+srv)?:/i, "MongoDB"],
  [/^(sqlserver|mssql|jdbc:sqlserver):/i, "SQL Server"],
  [/^cockroachdb:/i, "CockroachDB"],
  [/^libsql:/i, "libSQL"],
];

const providers: Readonly<Record<string, string>> = {
  postgresql: "PostgreSQL",
  postgres: "PostgreSQL",
  mysql: "MySQL",
  mongodb: "MongoDB",
  sqlserver: "SQL Server",
  cockroachdb: "CockroachDB",
};

const drivers: Readonly<Record<string, string>> = {
  mysql: "MySQL",
  mysql2: "MySQL",
  "@planetscale/database": "MySQL",
  mariadb: "MariaDB",
  mongodb: "MongoDB",
  mongoose: "MongoDB",
  mssql: "SQL Server",
  tedious: "SQL Server",
  oracledb: "Oracle",
  "@mikro-orm/postgresql": "PostgreSQL",
  "@mikro-orm/mysql": "MySQL",
  "@mikro-orm/mariadb": "MariaDB",
  "@mikro-orm/mongodb": "MongoDB",
  "@mikro-orm/mssql": "SQL Server",
  "@prisma/adapter-pg": "PostgreSQL",
};

const images: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)(postgres|postgis|pgvector|timescaledb|postgresql)(-\w+)?(:|@|$)/, "PostgreSQL"],
  [/(^|\/)mysql(-server)?(:|@|$)/, "MySQL"],
  [/(^|\/)mariadb(:|@|$)/, "MariaDB"],
  [/(^|\/)mongo(db)?(-\w+)*(:|@|$)/, "MongoDB"],
  [/mssql\/server(:|@|$)/, "SQL Server"],
  [/(^|\/)cockroach(:|@|$)/, "CockroachDB"],
];

const prismaSchema = /^(prisma\/)?schema\.prisma$|^prisma\/(schema\/)?[\w-]+\.prisma$/;
const composeFolders = [".", "docker", "deploy", "infra", ".devcontainer"];
const composeFile = /^(docker-)?compose(\.[\w-]+)*\.ya?ml$/;
const drizzleConfig = /^drizzle(\.[\w-]+)?\.config\.[cm]?[jt]s$|^drizzle\.config\.json$/;

/** What the project says of its databases, what says most first: schemas, settings, sample files, compose files, packages. */
export async function findTraces(root: string, dependencies: Dependencies): Promise<DatabaseTrace[]> {
  const found = await Promise.all([fromSchemas(root), fromSamples(root), fromCompose(root)]);
  const packages = Object.keys(dependencies).flatMap((name) => trace(drivers[name], `package.json has ${name}`));
  return [...found.flat(), ...packages];
}

/** Prisma or drizzle-kit, where it is set up for one of these databases. */
export async function findSchemaTool(root: string, databases: readonly string[]): Promise<SchemaTool | null> {
  for (const { path, text } of await schemaFiles(root))
    if (databases.includes(providers[providerIn(path, text)] ?? ""))
      return { name: drizzleConfig.test(path) ? "drizzle-kit" : "Prisma", path };
  return null;
}

async function fromSchemas(root: string): Promise<DatabaseTrace[]> {
  const files = await schemaFiles(root);
  return files.flatMap(({ path, text }) => {
    const provider = providerIn(path, text);
    return trace(providers[provider], `${path} says ${provider}`);
  });
}

async function fromSamples(root: string): Promise<DatabaseTrace[]> {
  const files = await textsOf(root, [".env", ".env.local", ".env.development", ...(await findSamples(root))]);
  return files.flatMap(({ path, text }) =>
    [...envKeys(text)].flatMap(([key, value]) => trace(nameOf(value), `${key} in ${path}`)),
  );
}

async function fromCompose(root: string): Promise<DatabaseTrace[]> {
  const places = await Promise.all(composeFolders.map((folder) => namesIn(root, folder)));
  const files = await textsOf(
    root,
    places.flat().filter((path) => composeFile.test(posix.basename(path))),
  );
  return files.flatMap(({ path, text }) => {
    const lines = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*/, ""));
    const named = lines.flatMap((line) => /^\s*image:\s*["']?([^\s"']+)/.exec(line)?.[1] ?? []);
    const urls = lines.flatMap((line) => /[\s=:"'-](\w[\w+]*:\/\/[^\s"'}]+)/.exec(line)?.[1] ?? []);
    return [
      ...named.flatMap((image) => trace(images.find(([pattern]) => pattern.test(image))?.[1], `${path} runs ${image}`)),
      ...urls.flatMap((url) => trace(nameOf(url), `an address in ${path}`)),
    ];
  });
}

async function schemaFiles(root: string) {
  const places = await Promise.all([".", "prisma", "prisma/schema"].map((folder) => namesIn(root, folder)));
  const usual = places.flat().filter((path) => prismaSchema.test(path) || drizzleConfig.test(path));
  return textsOf(root, [...new Set([...usual, ...(await namedSchemas(root))])]);
}

/** Where package.json or Prisma's own configuration says that its schema is: a file, or a folder of them. */
async function namedSchemas(root: string): Promise<string[]> {
  const files = await textsOf(root, ["package.json", "prisma.config.ts", "prisma.config.mjs", "prisma.config.js"]);
  const paths = files.flatMap(({ text }) => [...text.matchAll(schemaPlace)].map(([, list]) => joined(list!)));
  const inside = paths.filter(staysInside);
  const below = await Promise.all(inside.map((path) => namesIn(root, path)));
  return [...inside, ...below.flat()].filter((path) => path.endsWith(".prisma"));
}

/** `schema: "db"`, `schema: path.join("db", "schema.prisma")`, and `--schema=db` of a script. */
const schemaPlace = /\bschema["']?(?:\s*:\s*(?:[\w.]+\()?|[= ])((?:["'][^"'\n]+["'][,\s]*)+|[\w./-]+)/g;

function joined(list: string): string {
  return posix.join(...list.split(/[,\s]+/).map((part) => part.replace(/["']/g, "")));
}

function providerIn(path: string, text: string): string {
  const code = withoutComments(text);
  if (drizzleConfig.test(path)) return /["']?dialect["']?\s*:\s*["'](\w+)["']/.exec(code)?.[1] ?? "";
  return /\bdatasource\b[^}]*?\bprovider\s*=\s*"(\w+)"/.exec(code)?.[1] ?? "";
}

function nameOf(url: string): string | undefined {
  return schemes.find(([pattern]) => pattern.test(url))?.[1];
}

function trace(name: string | undefined, because: string): DatabaseTrace[] {
  return name === undefined ? [] : [{ name, because }];
}

async function namesIn(root: string, folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder)).catch(() => []);
  return names.sort().map((name) => (folder === "." ? name : `${folder}/${name}`));
}

async function textsOf(root: string, paths: readonly string[]): Promise<{ path: string; text: string }[]> {
  const texts = await Promise.all(paths.map((path) => readText(join(root, path)).catch(() => null)));
  return paths.flatMap((path, at) => (texts[at] == null ? [] : [{ path, text: texts[at] }]));
}
