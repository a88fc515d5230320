import { batchRows, inPages } from "../purge-store.js";
import { type SealedColumn, sealedColumns } from "./sealed-columns.js";
import { countOutdated, nextOutdated, replaceSealed } from "./store.js";

/** What was done to one kind of row. */
export interface RekeyReport {
  readonly name: string;
  /** How many are sealed under JWT_SECRET_KEY now that were not before. */
  readonly resealed: number;
  /** The rows that neither JWT_SECRET_KEY nor JWT_SECRET_KEY_PREVIOUS opens. */
  readonly unopened: readonly string[];
}

/** Seals everything under JWT_SECRET_KEY, in small steps beside live traffic. Interrupted, it goes on when it is run again. */
export async function rekey(): Promise<RekeyReport[]> {
  const reports: RekeyReport[] = [];
  for (const column of sealedColumns) reports.push(await rekeyColumn(column));
  return reports;
}

/** How many rows of each kind still need JWT_SECRET_KEY_PREVIOUS, of those that have some. */
export async function outdatedRows(): Promise<{ name: string; count: number }[]> {
  const counts = sealedColumns.map(async (column) => ({ name: column.name, count: await countOutdated(column) }));
  return (await Promise.all(counts)).filter(({ count }) => count > 0);
}

async function rekeyColumn(column: SealedColumn): Promise<RekeyReport> {
  const unopened: string[] = [];
  let resealed = 0;
  await inPages(async (after) => {
    const page = await nextOutdated(column, after, batchRows);
    for (const sealedRow of page) {
      const plain = column.vault.open(sealedRow.sealed, sealedRow.row);
      if (!plain) unopened.push(sealedRow.row);
      else if (await replaceSealed(column, sealedRow, column.vault.seal(plain, sealedRow.row))) resealed += 1;
    }
    return page.at(-1)?.row ?? null;
  });
  return { name: column.name, resealed, unopened };
}
