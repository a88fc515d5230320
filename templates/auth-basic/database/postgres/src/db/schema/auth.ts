import { bigint, index, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const time = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

export const users = pgTable("users", {
  id: text("id").primaryKey(),
  username: text("username").notNull(),
  /** NFKC and case fold of the username: the form that is unique. */
  usernameCanonical: text("username_canonical").notNull().unique(),
  email: text("email"),
  emailVerifiedAt: time("email_verified_at"),
  displayName: text("display_name"),
  passwordHash: text("password_hash").notNull(),
  pepperId: text("pepper_id").notNull(),
  role: text("role").notNull().default("user"),
  disabledAt: time("disabled_at"),
  /** One more ends every session that was started before. */
  sessionEpoch: integer("session_epoch").notNull().default(0),
  createdAt: time("created_at").notNull(),
});

/** One login is one row. A revoked row outlives its user, so that other processes hear of it. */
export const sessions = pgTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    epoch: integer("epoch").notNull(),
    generation: bigint("generation", { mode: "number" }).notNull().default(0),
    createdAt: time("created_at").notNull(),
    rotatedAt: time("rotated_at").notNull(),
    idleExpiresAt: time("idle_expires_at").notNull(),
    absoluteExpiresAt: time("absolute_expires_at").notNull(),
    revokedAt: time("revoked_at"),
    revokedReason: text("revoked_reason"),
    ip: text("ip"),
    userAgent: text("user_agent"),
    /** How its owner was authenticated: methods of RFC 8176, with spaces between them. */
    amr: text("amr").notNull().default("pwd"),
  },
  (table) => [index("sessions_user_id").on(table.userId), index("sessions_revoked_at").on(table.revokedAt)],
);

/** Counters of the throttle; rate-limiter-flexible names the columns. */
export const rateLimits = pgTable("auth_rate_limits", {
  key: text("key").primaryKey(),
  points: integer("points").notNull().default(0),
  expire: bigint("expire", { mode: "number" }),
});
