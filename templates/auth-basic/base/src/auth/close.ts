import { closeDatabase } from "../db/client.js";
import { stopRevocations } from "./revocations.js";

/** Ends the polls and database connections of the module, for a server that shuts down or a test that is over. */
export async function closeAuth(): Promise<void> {
  stopRevocations();
  await closeDatabase();
}
