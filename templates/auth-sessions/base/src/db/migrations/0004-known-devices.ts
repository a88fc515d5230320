import { columnType } from "../columns.js";
import type { Migration } from "./migration.js";

export const knownDevices: Migration = {
  id: "0004-known-devices",
  statements: [
    `CREATE TABLE known_devices (
      user_id text NOT NULL,
      device text NOT NULL,
      first_seen_at ${columnType.time} NOT NULL,
      PRIMARY KEY (user_id, device)
    )`,
  ],
};
