import { index, indexName, integer, table, text, time } from "../columns.js";

/** Logins that wait for a second factor. */
export const factorChallenges = table(
  "auth_factor_challenges",
  {
    /** SHA-256 of what the client was handed. */
    hash: text("hash").primaryKey(),
    userId: text("user_id").notNull(),
    /** The user's session epoch that it dies with. */
    epoch: integer("epoch").notNull(),
    /** What was proven: values of RFC 8176, separated by spaces. */
    amr: text("amr").notNull(),
    /** What the session is for, and what that is about. Empty for a login. */
    purpose: text("purpose").notNull(),
    purposeOf: text("purpose_of").notNull(),
    wrong: integer("wrong").notNull(),
    expiresAt: time("expires_at").notNull(),
  },
  (challenge) => [
    index(indexName(challenge.userId, "user_id")).on(challenge.userId),
    index(indexName(challenge.expiresAt, "expires_at")).on(challenge.expiresAt),
  ],
);

/** How many wrong answers an account was given lately. */
export const factorGuesses = table(
  "auth_factor_guesses",
  {
    userId: text("user_id").primaryKey(),
    wrong: integer("wrong").notNull(),
    endsAt: time("ends_at").notNull(),
    wrongOfDay: integer("wrong_of_day").notNull(),
    dayEndsAt: time("day_ends_at").notNull(),
  },
  (guesses) => [index(indexName(guesses.dayEndsAt, "day_ends_at")).on(guesses.dayEndsAt)],
);

/** Recovery codes that are left. */
export const recoveryCodes = table(
  "auth_recovery_codes",
  {
    /** SHA-256 of the code: with 120 random bits it needs nothing slower. */
    hash: text("hash").primaryKey(),
    userId: text("user_id").notNull(),
    createdAt: time("created_at").notNull(),
  },
  (code) => [index(indexName(code.userId, "user_id")).on(code.userId)],
);
