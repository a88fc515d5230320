import { purgeSessions } from "./purge.js";

/** One kind of row that nobody needs any more. */
export interface Purge {
  /** What is deleted, for the report: "sessions". */
  name: string;
  /** Deletes it with `inBatches`, so that nothing is locked for long, and says how many rows went. */
  run(): Promise<number>;
}

/** Everything that `npm run auth:purge` deletes, in order. An add-on appends its own. */
export const purges: Purge[] = [purgeSessions];
