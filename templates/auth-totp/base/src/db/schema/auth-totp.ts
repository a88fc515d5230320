import { integer, table, text, time } from "../columns.js";

/** Secrets of one-time passwords. One that waits to be confirmed stands beside the one that is set. */
export const totpSecrets = table("auth_totp_secrets", {
  userId: text("user_id").primaryKey(),
  /** Sealed for the user; null as long as none is set. */
  sealed: text("sealed"),
  /** The time step (RFC 6238) of the last code that was used: none up to it is good any more. */
  lastStep: integer("last_step").notNull(),
  setAt: time("set_at"),
  usedAt: time("used_at"),
  /** Sealed for the user. */
  pendingSealed: text("pending_sealed"),
  pendingAt: time("pending_at"),
});
