import { type Column, eq, lte, sql } from "drizzle-orm";
import { type Database, fromNow, now } from "../../db/client.js";
import { factorGuesses } from "../../db/schema/auth-factors.js";
import { config } from "../config.js";

/** Wrong answers that an account may be given, over all challenges and kinds of factor. */
const most = 10;
const withinSeconds = 15 * 60;
/** Of a six-digit code three are right at any time: thirty guesses a day find one in thirty years or so. */
const mostOfDay = 30;
const daySeconds = 24 * 60 * 60;

/**
 * The seconds until the account may be answered for again; 0 where that is now. It counts where the answers are checked, in
 * the database: so a restart forgives nothing, every process counts the same, and what fails on the way counts nothing.
 */
export async function secondsToWait(tx: Database, userId: string): Promise<number> {
  if (!config.rateLimit) return 0;
  const { wrong, endsAt, wrongOfDay, dayEndsAt } = factorGuesses;
  const [found] = await tx
    .select({ wrong, endsAt, wrongOfDay, dayEndsAt, readAt: sql`${now}`.mapWith(endsAt) })
    .from(factorGuesses)
    .where(eq(factorGuesses.userId, userId));
  if (!found) return 0;
  const secondsTo = (end: Date) => Math.max(0, Math.ceil((end.getTime() - found.readAt.getTime()) / 1000));
  return Math.max(
    found.wrong >= most ? secondsTo(found.endsAt) : 0,
    found.wrongOfDay >= mostOfDay ? secondsTo(found.dayEndsAt) : 0,
  );
}

/** Counts a wrong answer, within `lockOwner`, and says whether it was the last one that the account had. */
export async function countWrong(tx: Database, userId: string): Promise<boolean> {
  const { wrong, endsAt, wrongOfDay, dayEndsAt } = factorGuesses;
  const next = (counted: Column, end: Column) => sql`case when ${lte(end, now)} then 1 else ${counted} + 1 end`;
  const later = (end: Column, seconds: number) =>
    sql`case when ${lte(end, now)} then ${fromNow(seconds)} else ${end} end`;
  const first = { userId, wrong: 1, endsAt: fromNow(withinSeconds), wrongOfDay: 1, dayEndsAt: fromNow(daySeconds) };
  const [counted] = await tx
    .insert(factorGuesses)
    .values(first)
    .onConflictDoUpdate({
      target: factorGuesses.userId,
      set: {
        wrong: next(wrong, endsAt),
        endsAt: later(endsAt, withinSeconds),
        wrongOfDay: next(wrongOfDay, dayEndsAt),
        dayEndsAt: later(dayEndsAt, daySeconds),
      },
    })
    .returning({ wrong, wrongOfDay });
  return config.rateLimit && (counted?.wrong === most || counted?.wrongOfDay === mostOfDay);
}
