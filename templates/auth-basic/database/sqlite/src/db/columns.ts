import { type Column, getTableName } from "drizzle-orm";
import { integer } from "drizzle-orm/sqlite-core";

/** What a table is made of, so that its schema is the same file for every database. */
export { index, integer, primaryKey, sqliteTable as table, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** A moment, as a Date. */
export const time = (name: string) => integer(name, { mode: "timestamp_ms" });

/** A whole number of up to 53 bits. */
export const bigint = (name: string) => integer(name);

/** A primary key that counts up. */
export const counter = (name: string) => integer(name).primaryKey({ autoIncrement: true });

/** How migrations spell the columns above. */
export const columnType = {
  time: "integer",
  bigint: "integer",
  counter: "integer PRIMARY KEY AUTOINCREMENT",
};

/** SQL for `column` with its ASCII letters in lower case, whatever the database's locale: an index on it is found again. */
export function asciiLower(column: string): string {
  return `lower(${column})`;
}

/** The name of an index: it begins with that of its column's table, so that it is renamed with it. */
export function indexName({ table }: Column, suffix: string): string {
  return `${getTableName(table)}_${suffix}`;
}
