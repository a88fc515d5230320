import { type Column, getTableName } from "drizzle-orm";

/** The name of an index: it begins with that of its column's table, so that it is renamed with it. */
export function indexName({ table }: Column, suffix: string): string {
  return `${getTableName(table)}_${suffix}`;
}
