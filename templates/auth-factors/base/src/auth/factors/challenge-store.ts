import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, sql } from "drizzle-orm";
import { type Database, fromNow, now, transaction, write } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { factorChallenges } from "../../db/schema/auth-factors.js";
import type { Login, LoginPurpose } from "../hooks.js";
import { publicUser, type User } from "../store.js";
import { lockOwner } from "./factor-store.js";
import { countWrong, secondsToWait } from "./guesses.js";

/** How long a login waits for its second factor. */
export const challengeSeconds = 5 * 60;
/** A challenge ends with so many wrong answers. */
const mostWrong = 5;
const tokenBytes = 32;

/** A login that waits. */
export interface Challenge {
  readonly user: User;
  readonly epoch: number;
  readonly amr: readonly string[];
  readonly purpose: LoginPurpose | undefined;
}

/** Spends what was right, within the transaction that stores the session; false where it has been spent. */
export type Spend = (tx: Database) => Promise<boolean>;

/**
 * Whether an answer proves a factor of the user, by what is stored of it. Where it does, the way to spend it: nothing is
 * spent yet. It asks the database through `tx` alone; what it throws counts as no answer.
 */
export type AnswerCheck = (tx: Database, userId: string) => Promise<Spend | "wrong" | "used">;

/** What an answer was worth. */
export type Outcome =
  | { is: "right"; challenge: Challenge; spend: Spend }
  | { is: "wrong" | "used"; challenge: Challenge; wasLast: boolean }
  | { is: "locked"; seconds: number }
  | { is: "over" };

/** A challenge for a login: 256 random bits, of which the hash is stored. */
export async function insertChallenge({ user, sessionEpoch, amr, purpose }: Login): Promise<string> {
  const challenge = randomBytes(tokenBytes).toString("base64url");
  await write((db) =>
    db.insert(factorChallenges).values({
      hash: hashOf(challenge),
      userId: user.id,
      epoch: sessionEpoch,
      amr: amr.join(" "),
      purpose: purpose?.name ?? "",
      purposeOf: purpose?.of ?? "",
      wrong: 0,
      expiresAt: fromNow(challengeSeconds),
    }),
  );
  return challenge;
}

/**
 * Checks an answer and counts a wrong one, in one transaction: a fault of the server leaves neither. Of one account one
 * answer at a time is looked at, so that those of many requests at once are counted one by one.
 */
export async function tryAnswer(challenge: string, check: AnswerCheck): Promise<Outcome> {
  const hash = hashOf(challenge);
  return transaction(async (tx): Promise<Outcome> => {
    const seen = await findIn(tx, hash);
    const isLocked = seen !== null && (await lockOwner(tx, seen.user.id, seen.epoch));
    const waiting = isLocked ? await findIn(tx, hash) : null;
    if (!waiting) return { is: "over" };
    const userId = waiting.user.id;
    const seconds = await secondsToWait(tx, userId);
    if (seconds > 0) return { is: "locked", seconds };
    const checked = await check(tx, userId);
    if (typeof checked === "function")
      return { is: "right", challenge: waiting, spend: spending(hash, waiting, checked) };
    await countOnChallenge(tx, hash);
    return { is: checked, challenge: waiting, wasLast: await countWrong(tx, userId) };
  });
}

/** Spends the challenge and the answer. Of many right answers to one, and of many challenges with one answer, one wins. */
function spending(hash: string, { user, epoch }: Challenge, spend: Spend): Spend {
  return async (tx) => {
    const waits = (await lockOwner(tx, user.id, epoch)) && (await findIn(tx, hash)) !== null;
    if (!waits || !(await spend(tx))) return false;
    await tx.delete(factorChallenges).where(eq(factorChallenges.hash, hash));
    return true;
  };
}

async function countOnChallenge(tx: Database, hash: string): Promise<void> {
  const isIt = eq(factorChallenges.hash, hash);
  const [counted] = await tx
    .update(factorChallenges)
    .set({ wrong: sql`${factorChallenges.wrong} + 1` })
    .where(isIt)
    .returning({ wrong: factorChallenges.wrong });
  if ((counted?.wrong ?? 0) >= mostWrong) await tx.delete(factorChallenges).where(isIt);
}

async function findIn(db: Database, hash: string): Promise<Challenge | null> {
  const { epoch, amr, purpose, purposeOf } = factorChallenges;
  const isOfToday = and(eq(users.id, factorChallenges.userId), eq(users.sessionEpoch, epoch));
  const [found] = await db
    .select({ user: publicUser, epoch, amr, purpose, purposeOf })
    .from(factorChallenges)
    .innerJoin(users, isOfToday)
    .where(and(eq(factorChallenges.hash, hash), gt(factorChallenges.expiresAt, now)));
  if (!found) return null;
  const named = found.purpose === "" ? undefined : { name: found.purpose, of: found.purposeOf };
  return { user: found.user, epoch: found.epoch, amr: found.amr.split(" "), purpose: named };
}

function hashOf(challenge: string): string {
  return createHash("sha256").update(challenge).digest("base64url");
}
