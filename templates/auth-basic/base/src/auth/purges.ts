import { purgeSessions } from "./session-purge.js";

/** Tells of what could not be deleted: an account, where `userId` is given, or all that is left of one kind. */
export type PassOver = (error: unknown, userId?: string) => Promise<void>;

/** One kind of row that nobody needs any more. */
export interface Purge {
  /** What is deleted, for the report: "sessions". */
  name: string;
  /**
   * Deletes it with `inBatches`, so that nothing is locked for long, and says how many rows went. An account that can't
   * go is told to `passOver`, and the others go.
   */
  run(passOver: PassOver): Promise<number>;
}

/** Everything that `npm run auth:purge` deletes, in order. An add-on appends its own. */
export const purges: Purge[] = [purgeSessions];
