import { lt, type SQL, sql } from "drizzle-orm";
import { ago, type Database, fromNow, write } from "../../db/client.js";
import { prepareOnce } from "../../db/prepared.js";
import { usedProofs } from "../../db/schema/auth-dpop.js";
import type { Purge } from "../purge.js";
import { deleteSome, inBatches } from "../purge-store.js";
import type { Replays } from "./replays.js";

const clearEveryMs = 60_000;
let clearedAtMs = performance.now();

/** Deletes proofs that nobody could use again. Beside traffic that happens by itself, too. */
export const purgeUsedProofs: Purge = { name: "used DPoP proofs", run: clearExpired };

/** Remembers proofs in the database for `seconds`, for all processes together: its primary key lets one attempt win. */
export function databaseReplays(seconds: number): Replays {
  const insertion = (db: Database, id: string | SQL) =>
    db
      .insert(usedProofs)
      .values({ id, expiresAt: fromNow(seconds) })
      .onConflictDoNothing()
      .returning({ id: usedProofs.id });
  const inserting = prepareOnce((db: Database) => insertion(db, sql`${sql.placeholder("id")}`));
  return {
    outlivesTransactions: false,
    async isFirstUse(id, tx) {
      clearNowAndThen();
      const inserted = await (tx ? insertion(tx, id) : write((db) => inserting(db).execute({ id })));
      return inserted.length === 1;
    },
  };
}

/** Not by the clock: a database that sleeps would be woken for it. */
function clearNowAndThen(): void {
  if (performance.now() - clearedAtMs < clearEveryMs) return;
  clearedAtMs = performance.now();
  void clearExpired().catch(() => undefined);
}

async function clearExpired(): Promise<number> {
  const doomed = lt(usedProofs.expiresAt, ago(0));
  const { id: key, expiresAt: order } = usedProofs;
  return inBatches((rows) => deleteSome(usedProofs, { key, order, doomed }, rows));
}
