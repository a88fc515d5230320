import { primaryKey, table, text, time } from "../columns.js";

/** The devices, in words, that a user has started sessions on. */
export const knownDevices = table(
  "auth_known_devices",
  {
    userId: text("user_id").notNull(),
    device: text("device").notNull(),
    firstSeenAt: time("first_seen_at").notNull(),
  },
  (columns) => [primaryKey({ columns: [columns.userId, columns.device] })],
);
