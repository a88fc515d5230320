import { and, type Column, eq, getTableColumns, gt, isNotNull, notLike, type SQL, sql } from "drizzle-orm";
import { read, write } from "../../db/client.js";
import type { SealedColumn } from "./sealed-columns.js";

/** A sealed text, and the id of its row. */
export interface SealedRow {
  readonly row: string;
  readonly sealed: string;
}

/** How many rows are not sealed under JWT_SECRET_KEY. */
export async function countOutdated(column: SealedColumn): Promise<number> {
  const count = sql<unknown>`count(*)`;
  const [found] = await read((db) => db.select({ count }).from(column.row.table).where(isOutdated(column)));
  return Number(found?.count ?? 0);
}

/** The next of them, by the id of their rows. */
export async function nextOutdated(column: SealedColumn, after: string, rows: number): Promise<SealedRow[]> {
  const { row, sealed } = column;
  return read((db) =>
    db
      .select({ row: sql<string>`${row}`, sealed: sql<string>`${sealed}` })
      .from(row.table)
      .where(and(isOutdated(column), gt(row, after)))
      .orderBy(sql`${row}`)
      .limit(rows),
  );
}

/** Puts `resealed` in the place of what was read. False where something else has come there since, and stays. */
export async function replaceSealed(
  column: SealedColumn,
  { row, sealed }: SealedRow,
  resealed: string,
): Promise<boolean> {
  const unchanged = and(eq(column.row, row), eq(column.sealed, sealed));
  const values = { [nameOf(column.sealed)]: resealed };
  const found = await write((db) =>
    db.update(column.row.table).set(values).where(unchanged).returning({ one: sql`1` }),
  );
  return found.length > 0;
}

function isOutdated({ sealed, vault }: SealedColumn): SQL | undefined {
  return and(isNotNull(sealed), notLike(sealed, `${vault.prefix}%`));
}

/** The column's name in the schema, which may be another one than in the database. */
function nameOf(column: Column): string {
  const named = Object.entries(getTableColumns(column.table)).find(([, one]) => one === column);
  if (!named) throw new Error(`${column.name} is no column of its table.`);
  return named[0];
}
