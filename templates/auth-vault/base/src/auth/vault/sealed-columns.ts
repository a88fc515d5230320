import type { Column } from "drizzle-orm";
import type { Vault } from "./at-rest.js";

/** A column that holds what a vault has sealed. */
export interface SealedColumn {
  /** What its rows are, for reports: "signing keys". */
  readonly name: string;
  readonly vault: Vault;
  /** The primary key, a text: what each was sealed for. */
  readonly row: Column;
  /** The sealed text, or null. */
  readonly sealed: Column;
}

/** Everything that is sealed: `npm run auth:rekey` walks along. An add-on appends its own. */
export const sealedColumns: SealedColumn[] = [];
