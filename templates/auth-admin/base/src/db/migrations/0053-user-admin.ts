import { getTableName } from "drizzle-orm";
import { asciiLower } from "../columns.js";
import * as schema from "../schema/auth.js";
import type { Migration } from "./migration.js";

const users = getTableName(schema.users);

/** What a list of users is sorted and searched by, also where few have what is asked for. */
export const userAdmin: Migration = {
  id: "0053-user-admin",
  statements: [
    `CREATE INDEX "${users}_created_at" ON "${users}" (created_at, id)`,
    `CREATE INDEX "${users}_username_order" ON "${users}" ((${asciiLower("username_canonical")}), id)`,
    `CREATE INDEX "${users}_email_order" ON "${users}" ((${asciiLower("email")}), id)`,
    `CREATE INDEX "${users}_role" ON "${users}" (role, created_at, id)`,
    `CREATE INDEX "${users}_disabled" ON "${users}" (created_at, id) WHERE disabled_at IS NOT NULL`,
  ],
};
