import { closeDatabase } from "../db/client.js";
import { endBatches } from "./purge-store.js";
import { stopRevocations } from "./revocations.js";

export type Closer = () => void | Promise<void>;

/** What ends before the database's connections do, in order. An add-on appends its own. */
export const closers: Closer[] = [stopRevocations, endBatches];

/** Ends the polls and connections of the module, for a server that shuts down or a test that is over. */
export async function closeAuth(): Promise<void> {
  for (const close of closers) await close();
  await closeDatabase();
}
