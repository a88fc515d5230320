import { posix } from "node:path";
import { walk } from "../../edits/syntax.js";
import { sameMeaning } from "../../merge/same-meaning.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { withoutComments } from "../../project/sources/source-imports.js";
import { hasHash } from "../../record/installed-text.js";
import type { Check, Checkup, Finding } from "../checkup.js";
import { lineAt } from "../code/locate.js";
import { type Code, codeOf, nameOf } from "../code/values.js";
import { placeNow } from "../moved.js";

/**
 * Migrations that a database does not get: not in the list, changed after they were installed, or not yet in the embedded
 * database. A server's database is not asked: `npm run auth:migrate` tells.
 */
export const pendingMigrations: Check = {
  name: "pending-migrations",
  run: (checkup) => {
    const migrations = migrationsOf(checkup);
    return [
      ...gone(checkup),
      ...unlisted(migrations, checkup),
      ...changed(migrations, checkup),
      ...notApplied(migrations, checkup),
    ];
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

/** One that the list does not name, whether it is still imported there or not. */
function unlisted(migrations: readonly Migration[], checkup: Checkup): Finding[] {
  return migrations.flatMap(({ path, id }) => {
    const index = listOf(path, checkup);
    const [code] = codeOf(checkup, (source) => source.path === index);
    if (!code || isListed(code, path)) return [];
    return [
      {
        level: "warning" as const,
        file: index,
        line: lineOfList(code),
        what: `the migration ${id} is not in the list`,
        why: "no database ever gets it",
        fix: `import it from ${path} there, and put it at the end of the list`,
      },
    ];
  });
}

/** The list of its folder; of a migration that was moved, the one that is installed. */
function listOf(path: string, { record, items, sources }: Checkup): string {
  const beside = `${posix.dirname(path)}/index.ts`;
  if (sources.some((source) => source.path === beside)) return beside;
  const installed = items.flatMap(({ name, lists }) => {
    const item = record.items[name];
    return item && lists?.["migrations"] ? [placeNow(lists["migrations"], item)] : [];
  });
  return installed.find((one) => sources.some((source) => source.path === one)) ?? beside;
}

function isListed({ file, open }: Code, path: string): boolean {
  const names = new Set<string>();
  let used = false;
  walk(file.program, (node) => {
    if (node.type === "ImportDeclaration") {
      if (open(node.source.value)?.path !== path) return false;
      if (node.specifiers.length === 0) used = true;
      for (const { local } of node.specifiers) names.add(local.name);
      return false;
    }
    if ("source" in node && node.source?.type === "StringLiteral" && open(node.source.value)?.path === path)
      used = true;
    if (node.type === "Identifier" && names.has(node.name)) used = true;
    return undefined;
  });
  return used;
}

function lineOfList({ file }: Code): number | null {
  let line: number | null = null;
  walk(file.program, (node) => {
    if (node.type === "VariableDeclarator" && nameOf(node.id) === "migrations") line = node.loc!.start.line;
  });
  return line;
}

/** An installed one whose file is gone, and that no other file has. */
function gone({ record, sources, bases }: Checkup): Finding[] {
  return Object.values(record.items).flatMap(({ files }) =>
    Object.entries(files).flatMap(([path, { template }]) => {
      if (!template.includes("/db/migrations/") || sources.some((source) => source.path === path)) return [];
      const id = idOf(bases.get(path) ?? "");
      if (!id || sources.some(({ text }) => idOf(text) === id)) return [];
      return [
        {
          level: "warning" as const,
          file: path,
          line: null,
          what: `the migration ${id} is gone`,
          why: "a new database never gets its tables",
          fix: `put the file back: .authwright/base/${path}.txt has it as it was installed`,
        },
      ];
    }),
  );
}

function idOf(text: string): string | undefined {
  return /\bid:\s*["'`]([^"'`]+)["'`]/.exec(withoutComments(text))?.[1];
}

/** A reformatted one is still the same. */
function changed(migrations: readonly Migration[], { record, bases }: Checkup): Finding[] {
  return migrations.flatMap(({ path, id, line, text }) => {
    const installed = Object.values(record.items).flatMap(({ files }) => files[path] ?? [])[0];
    if (
      !installed ||
      hasHash(text, installed.sha256) ||
      sameMeaning(anywhere(text), anywhere(bases.get(path) ?? ""), path)
    )
      return [];
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

/** Without the places of what it imports: they are others where a file was moved. */
function anywhere(text: string): string {
  return text.replace(/\bfrom\s*(["'])[.@~#][^"'\n]*\1/g, 'from "./x"');
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
