import { bigint, index, indexName, integer, table, text, time, uniqueIndex } from "../columns.js";

/** Tables may have other names until the first migration has run: nothing else spells them. */
export const users = table(
  "auth_users",
  {
    id: text("id").primaryKey(),
    username: text("username").notNull(),
    /** The form of it that is unique: see `auth/login-name.ts`. */
    usernameCanonical: text("username_canonical").notNull(),
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
  },
  (user) => [uniqueIndex(indexName(user.usernameCanonical, "username_canonical")).on(user.usernameCanonical)],
);

/** One login is one row. A revoked row outlives its user, so that other processes hear of it. */
export const sessions = table(
  "auth_sessions",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    epoch: integer("epoch").notNull(),
    generation: bigint("generation").notNull().default(0),
    createdAt: time("created_at").notNull(),
    rotatedAt: time("rotated_at").notNull(),
    idleExpiresAt: time("idle_expires_at").notNull(),
    absoluteExpiresAt: time("absolute_expires_at").notNull(),
    revokedAt: time("revoked_at"),
    revokedReason: text("revoked_reason"),
    ip: text("ip"),
    userAgent: text("user_agent"),
    /** How this session was proven: values of RFC 8176, separated by spaces. */
    amr: text("amr").notNull().default("pwd"),
  },
  (session) => [
    index(indexName(session.userId, "user_id")).on(session.userId),
    index(indexName(session.revokedAt, "revoked_at")).on(session.revokedAt),
  ],
);

/** Which migrations this database has had. */
export const appliedMigrations = table("auth_migrations", {
  id: text("id").primaryKey(),
  appliedAt: time("applied_at").notNull(),
});

/** Counters of the throttle, where it counts in the database (Postgres); rate-limiter-flexible names the columns. */
export const rateLimits = table(
  "auth_rate_limits",
  {
    key: text("key").primaryKey(),
    points: integer("points").notNull().default(0),
    /** Milliseconds since 1970. */
    expire: bigint("expire"),
  },
  (limit) => [index(indexName(limit.expire, "expire")).on(limit.expire)],
);
