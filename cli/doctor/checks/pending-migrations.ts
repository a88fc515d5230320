import { createHash } from "node:crypto";
import { posix } from "node:path";
import { sameMeaning } from "../../merge/same-meaning.js";
import type { SourceText } from "../../project/source-files.js";
import { withoutComments } from "../../project/source-imports.js";
import type { Check, Checkup, Finding } from "../checkup.js";
import { lineAt } from "../locate.js";

/**
 * Migrations that a database does not get: not in the list, changed after they were installed, or not yet in the embedded
 * database. A server's database is not asked: `npm run auth:migrate` tells.
 */
export const pendingMigrations: Check = {
  name: "pending-migrations",
  run: (checkup) => {
    const migrations = migrationsOf(checkup);
    return [...unlisted(migrations, checkup), ...changed(migrations, checkup), ...notApplied(migrations, checkup)];
  },
};

interface Migration extends SourceText {
  readonly id: string;
  readonly line: number;
}

/** Files with an id, in the folders that hold installed migrations. */
function migrationsOf({ record, sources }: Checkup): Migration[] {
  const installed = Object.values(record.items).flatMap(({ files }) =>
    Object.entries(files).filter(([, { template }]) => template.includes("/db/migrations/")),
  );
  const folders = new Set(installed.map(([path]) => posix.dirname(path)));
  return sources
    .filter(({ path }) => folders.has(posix.dirname(path)))
    .flatMap((source) => {
      const code = withoutComments(source.text);
      const match = /\bid:\s*["'`]([^"'`]+)["'`]/.exec(code);
      return match ? [{ ...source, id: match[1]!, line: lineAt(code, match.index) }] : [];
    });
}

function unlisted(migrations: readonly Migration[], { sources }: Checkup): Finding[] {
  return migrations.flatMap(({ path, id }) => {
    const folder = posix.dirname(path);
    const index = sources.find((source) => source.path === `${folder}/index.ts`);
    const name = posix.basename(path).replace(/\.ts$/, "");
    if (!index || withoutComments(index.text).includes(`./${name}`)) return [];
    return [
      {
        level: "warning" as const,
        file: index.path,
        line: null,
        what: `the migration ${id} is not in the list`,
        why: "no database ever gets it",
        fix: `import it from ./${name} there, and put it at the end of the list`,
      },
    ];
  });
}

/** A reformatted one is still the same. */
function changed(migrations: readonly Migration[], { record, bases }: Checkup): Finding[] {
  return migrations.flatMap(({ path, id, line, text }) => {
    const installed = Object.values(record.items).flatMap(({ files }) => files[path] ?? [])[0];
    const isSame = [text, text.replaceAll("\r\n", "\n")].some((one) => sha256(one) === installed?.sha256);
    if (!installed || isSame || sameMeaning(text, bases.get(path) ?? "", path)) return [];
    return [
      {
        level: "warning" as const,
        file: path,
        line,
        what: `the migration ${id} was edited`,
        why: "a database that has it applied never gets the change",
        fix: "put the file back as it was, and write a new migration with the change",
      },
    ];
  });
}

/** The table of applied migrations holds their ids as plain text. */
function notApplied(migrations: readonly Migration[], { database }: Checkup): Finding[] {
  const content = database?.content;
  if (!database || content == null) return [];
  return migrations
    .filter(({ id }) => !content.includes(id))
    .map(({ path, line, id }) => ({
      level: "hint",
      file: path,
      line,
      what: `${database.path} does not have the migration ${id} yet`,
      why: "it is applied at the next start: keep a copy of the file until then",
      fix: "npm run auth:migrate applies it now",
    }));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
