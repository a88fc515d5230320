import { type Column, getTableName } from "drizzle-orm";
import { bigint as pgBigint, timestamp } from "drizzle-orm/pg-core";

/** What a table is made of, so that its schema is the same file for every database. */
export { index, integer, pgTable as table, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";

/** A moment, as a Date. */
export const time = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** A whole number of up to 53 bits. */
export const bigint = (name: string) => pgBigint(name, { mode: "number" });

/** A primary key that counts up. */
export const counter = (name: string) => bigint(name).primaryKey().generatedAlwaysAsIdentity();

/** How migrations spell the columns above. */
export const columnType = {
  time: "timestamp with time zone",
  bigint: "bigint",
  counter: "bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
};

/** SQL for `column` with its ASCII letters in lower case, whatever the database's locale: an index on it is found again. */
export function asciiLower(column: string): string {
  return `lower(${column} COLLATE "C")`;
}

/** The name of an index: it begins with that of its column's table, so that it is renamed with it. */
export function indexName({ table }: Column, suffix: string): string {
  return `${getTableName(table)}_${suffix}`;
}
