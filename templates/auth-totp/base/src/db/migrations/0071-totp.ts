import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-totp.js";
import type { Migration } from "./migration.js";

export const authTotp: Migration = {
  id: "0071-totp",
  statements: [
    `CREATE TABLE "${getTableName(schema.totpSecrets)}" (
      user_id text PRIMARY KEY NOT NULL,
      sealed text,
      last_step integer NOT NULL,
      set_at ${columnType.time},
      used_at ${columnType.time},
      pending_sealed text,
      pending_at ${columnType.time}
    )`,
  ],
};
