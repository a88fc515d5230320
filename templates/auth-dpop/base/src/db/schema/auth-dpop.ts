import { index, indexName, table, text, time } from "../columns.js";

/** The sessions that are bound to a key, from their login on. */
export const keyBindings = table("auth_key_bindings", {
  sessionId: text("session_id").primaryKey(),
  /** The thumbprint of the key (RFC 7638). */
  thumbprint: text("thumbprint").notNull(),
});

/** The proofs that were used, as long as they would be good. */
export const usedProofs = table(
  "auth_used_proofs",
  {
    /** A hash of the proof's key and `jti`. */
    id: text("id").primaryKey(),
    expiresAt: time("expires_at").notNull(),
  },
  (proof) => [index(indexName(proof.expiresAt, "expires_at")).on(proof.expiresAt)],
);
