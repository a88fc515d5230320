import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-jwks.js";
import type { Migration } from "./migration.js";

export const signingKeys: Migration = {
  id: "0060-signing-keys",
  statements: [
    `CREATE TABLE "${getTableName(schema.signingKeys)}" (
      kid text PRIMARY KEY NOT NULL,
      alg text NOT NULL,
      sealed text,
      published_at ${columnType.time} NOT NULL,
      signing_since ${columnType.time},
      stopped_at ${columnType.time}
    )`,
  ],
};
