import { withoutComments } from "../project/source-imports.js";
import type { Draft } from "./draft.js";
import type { KeptPart } from "./plan.js";
import { databaseStays, ownsDatabase, type RemoveInput } from "./remove-input.js";
import { isMigration } from "./update-file.js";

/** What of the item stays in a database: nobody but its owner deletes data. Reads the files as they are before they go. */
export function planRemovedTables(input: RemoveInput, draft: Draft): KeptPart[] {
  const { database, purge, installed, item } = input;
  const tables = tablesOf(input, draft).join(", ");
  if (!database) return [];
  if (ownsDatabase(input)) {
    if (!databaseStays(input)) return [];
    const way = database.files.length > 0 ? "; --purge deletes it" : "";
    const where = tables === "" ? "" : ` (${tables})`;
    return [{ what: database.name, why: `the accounts may be in it${where}${way}` }];
  }
  if (!Object.keys(installed.files).some(isMigration)) return [];
  const what = tables === "" ? `what the migrations of ${item} made` : tables;
  return [{ what: `${what} in ${database.name}`, why: `no data is touched${purge ? ", --purge or not" : ""}` }];
}

/** The tables that the item's sources declare, by the names that they have now: `table("auth_users", ...)`. */
function tablesOf({ installed }: RemoveInput, draft: Draft): string[] {
  const names = Object.keys(installed.files).flatMap((path) => {
    const code = path.endsWith(".ts") ? withoutComments(draft.read(path) ?? "") : "";
    return [...code.matchAll(/\b\w*[tT]able\(\s*["'`](\w+)["'`]/g)].map(([, name]) => name!);
  });
  return [...new Set(names)];
}
