import type { MadeDatabase } from "../../project/database/made-database.js";
import { withoutComments } from "../../project/sources/source-imports.js";
import type { Draft } from "../draft.js";
import { isMigration } from "../files/migrations.js";
import type { KeptPart } from "../plan.js";
import { databaseStays, ownsDatabase, type RemoveInput } from "./remove-input.js";

/** What of the item stays in a database: nobody but its owner deletes data. Reads the files as they are before they go. */
export function planRemovedTables(input: RemoveInput, draft: Draft): KeptPart[] {
  const { database } = input;
  if (!database) return [];
  const tables = tablesOf(input, draft).join(", ");
  return ownsDatabase(input) ? ownDatabase(database, tables, input) : tablesBeside(database, tables, input);
}

function ownDatabase({ name, files }: MadeDatabase, tables: string, input: RemoveInput): KeptPart[] {
  if (!databaseStays(input)) return [];
  const where = tables === "" ? "" : `: ${tables}`;
  const way = files.length > 0 ? "; --purge deletes it" : "";
  return [{ what: name, why: `the accounts may be in it${where}${way}` }];
}

function tablesBeside({ name }: MadeDatabase, tables: string, { installed, item, purge }: RemoveInput): KeptPart[] {
  if (!Object.keys(installed.files).some(isMigration)) return [];
  const what = tables === "" ? `what the migrations of ${item} made` : tables;
  return [{ what: `${what} in ${name}`, why: `no data is touched${purge ? ", --purge or not" : ""}` }];
}

/** The tables that the item's sources declare, by the names that they have now. */
function tablesOf({ installed }: RemoveInput, draft: Draft): string[] {
  const sources = Object.keys(installed.files).filter((path) => path.endsWith(".ts"));
  return [...new Set(sources.flatMap((path) => declaredTables(draft.read(path) ?? "")))];
}

/** The names of the tables in a schema: `table("users", ...)`, or `table(names.users, ...)` beside `{ users: "users" }`. */
export function declaredTables(text: string): string[] {
  const code = withoutComments(text);
  const declared = code.matchAll(/\b\w*[tT]able\(\s*(?:["'`](\w+)["'`]|(?:\w+\.)?(\w+)\s*,)/g);
  const nameOf = (key: string) => new RegExp(`\\b${key}\\s*[:=]\\s*["'\`](\\w+)["'\`]`).exec(code)?.[1];
  return [...declared].flatMap(([, name, key]) => name ?? nameOf(key!) ?? []);
}
