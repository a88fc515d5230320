import { getTableName } from "drizzle-orm";
import { columnType } from "../columns.js";
import * as schema from "../schema/auth-factors.js";
import type { Migration } from "./migration.js";

const challenges = getTableName(schema.factorChallenges);
const guesses = getTableName(schema.factorGuesses);
const codes = getTableName(schema.recoveryCodes);

export const authFactors: Migration = {
  id: "0070-factors",
  statements: [
    `CREATE TABLE "${challenges}" (
      hash text PRIMARY KEY NOT NULL,
      user_id text NOT NULL,
      epoch integer NOT NULL,
      amr text NOT NULL,
      purpose text NOT NULL,
      purpose_of text NOT NULL,
      wrong integer NOT NULL,
      expires_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${challenges}_user_id" ON "${challenges}" (user_id)`,
    `CREATE INDEX "${challenges}_expires_at" ON "${challenges}" (expires_at)`,
    `CREATE TABLE "${guesses}" (
      user_id text PRIMARY KEY NOT NULL,
      wrong integer NOT NULL,
      ends_at ${columnType.time} NOT NULL,
      wrong_of_day integer NOT NULL,
      day_ends_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${guesses}_day_ends_at" ON "${guesses}" (day_ends_at)`,
    `CREATE TABLE "${codes}" (
      hash text PRIMARY KEY NOT NULL,
      user_id text NOT NULL,
      created_at ${columnType.time} NOT NULL
    )`,
    `CREATE INDEX "${codes}_user_id" ON "${codes}" (user_id)`,
  ],
};
