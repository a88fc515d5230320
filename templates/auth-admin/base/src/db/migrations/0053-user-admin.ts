import { asciiLower } from "../columns.js";
import type { Migration } from "./migration.js";

/** What a list of users is sorted and searched by, and who is an admin. */
export const userAdmin: Migration = {
  id: "0053-user-admin",
  statements: [
    "CREATE INDEX users_created_at ON users (created_at, id)",
    `CREATE INDEX users_username_order ON users ((${asciiLower("username_canonical")}), id)`,
    `CREATE INDEX users_email_order ON users ((${asciiLower("email")}), id)`,
    "CREATE INDEX users_admins ON users (id) WHERE role = 'admin'",
  ],
};
