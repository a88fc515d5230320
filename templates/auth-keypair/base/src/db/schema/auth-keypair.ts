import { index, indexName, integer, table, text, time } from "../columns.js";

/** One row for each token that has a key pair of its own. Without its row a token opens nothing. */
export const keypairTokens = table(
  "auth_keypair_tokens",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    /** The owner's session epoch when it was issued: it ends with the sessions of that time. */
    epoch: integer("epoch").notNull(),
    /** The session that it ends with, where it is of one. */
    sessionId: text("session_id"),
    name: text("name").notNull(),
    /** The public key and what it is pinned to, under a MAC; null where Redis has it. */
    sealed: text("sealed"),
    createdAt: time("created_at").notNull(),
    expiresAt: time("expires_at").notNull(),
  },
  (token) => [index(indexName(token.userId, "user_id")).on(token.userId)],
);
