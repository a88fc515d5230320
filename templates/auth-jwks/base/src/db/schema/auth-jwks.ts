import { table, text, time } from "../columns.js";

/** The keys that sign access tokens, and one row for HS256, which signed them before. */
export const signingKeys = table("auth_signing_keys", {
  /** The key's thumbprint (RFC 7638), or "HS256". */
  kid: text("kid").primaryKey(),
  alg: text("alg").notNull(),
  /** The key as a sealed JWK; without its private part once it no longer signs. */
  sealed: text("sealed"),
  publishedAt: time("published_at").notNull(),
  /** Null for the standby key. */
  signingSince: time("signing_since"),
  /** From then on it only verifies, until the last of its tokens is dead. */
  stoppedAt: time("stopped_at"),
});
