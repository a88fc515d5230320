import { index, indexName, integer, table, text, time, uniqueIndex } from "../columns.js";

/** A link that was mailed and not used. Using it deletes the row. */
export const emailTokens = table(
  "auth_email_tokens",
  {
    id: text("id").primaryKey(),
    /** verify, reset or revert. */
    purpose: text("purpose").notNull(),
    userId: text("user_id").notNull(),
    address: text("address").notNull(),
    addressCanonical: text("address_canonical").notNull(),
    /** The user's session epoch that the link dies with. Null for one that outlives it: see `auth/email/outbox-store.ts`. */
    epoch: integer("epoch"),
    tokenHash: text("token_hash").notNull(),
    createdAt: time("created_at").notNull(),
    expiresAt: time("expires_at").notNull(),
  },
  (token) => [
    uniqueIndex(indexName(token.tokenHash, "token_hash")).on(token.tokenHash),
    index(indexName(token.userId, "user_id")).on(token.userId),
    index(indexName(token.addressCanonical, "address")).on(token.addressCanonical),
    index(indexName(token.expiresAt, "expires_at")).on(token.expiresAt),
  ],
);

/** Mail that has not gone out. It holds no link: see `auth/email/token.ts`. */
export const mailOutbox = table(
  "auth_mail_outbox",
  {
    /** Also the left side of the Message-ID, so that a mail that goes out twice is one to its reader. */
    id: text("id").primaryKey(),
    /** verify, reset, revert, password-changed, username-changed, password-guessed or deletion; forgot-address or forgot-username for a request of a reset mail. */
    purpose: text("purpose").notNull(),
    /** Empty for a request. */
    userId: text("user_id").notNull(),
    address: text("address").notNull(),
    tokenId: text("token_id"),
    /** A keyed hash of the network that a request came from. Null where that has no address, and for a mail. */
    network: text("network"),
    attempts: integer("attempts").notNull(),
    /** When it may be tried; while it is being tried, when that is taken for crashed. Null: given up. */
    dueAt: time("due_at"),
    createdAt: time("created_at").notNull(),
  },
  (mail) => [
    index(indexName(mail.dueAt, "due_at")).on(mail.dueAt),
    index(indexName(mail.userId, "user_id")).on(mail.userId),
    index(indexName(mail.createdAt, "created_at")).on(mail.createdAt),
  ],
);

/** How much was mailed lately. Keys are hashes. */
export const mailLimits = table(
  "auth_mail_limits",
  {
    key: text("key").primaryKey(),
    sent: integer("sent").notNull(),
    /** When all mails of a burst are back. */
    nextAt: time("next_at").notNull(),
    dayEndsAt: time("day_ends_at").notNull(),
  },
  (limit) => [index(indexName(limit.dayEndsAt, "day_ends_at")).on(limit.dayEndsAt)],
);
