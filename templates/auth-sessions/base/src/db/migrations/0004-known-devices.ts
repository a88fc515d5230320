import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-sessions.js";
import type { Migration } from "./migration.js";

const devices = getTableName(schema.knownDevices);

export const knownDevices: Migration = {
  id: "0004-known-devices",
  statements: [
    `CREATE TABLE "${devices}" (
      user_id text NOT NULL,
      device text NOT NULL,
      first_seen_at ${columnType.time} NOT NULL,
      PRIMARY KEY (user_id, device)
    )`,
  ],
};
