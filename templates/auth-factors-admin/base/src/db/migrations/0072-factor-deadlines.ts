import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-factors-admin.js";
import type { Migration } from "./migration.js";

export const factorDeadlines: Migration = {
  id: "0072-factor-deadlines",
  statements: [
    `CREATE TABLE "${getTableName(schema.factorDeadlines)}" (
      user_id text PRIMARY KEY NOT NULL,
      since ${columnType.time} NOT NULL
    )`,
  ],
};
