import { auth } from "./0001-auth.js";
import type { Migration } from "./migration.js";

/** Every migration of the module, oldest first. A new one goes at the end. */
export const migrations: Migration[] = [auth];
