import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-dpop.js";
import type { Migration } from "./migration.js";

const bindings = getTableName(schema.keyBindings);
const proofs = getTableName(schema.usedProofs);

export const dpop: Migration = {
  id: "0061-dpop",
  statements: [
    `CREATE TABLE "${bindings}" (
      session_id text PRIMARY KEY NOT NULL,
      thumbprint text NOT NULL
    )`,
    `CREATE TABLE "${proofs}" (
      id text PRIMARY KEY NOT NULL,
      expires_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${proofs}_expires_at" ON "${proofs}" (expires_at)`,
  ],
};
