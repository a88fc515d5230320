import { bigint, index, integer, table, text, time, uniqueIndex } from "../columns.js";

/** Another name is free to choose until the first migration has run: nothing else spells them. */
const names = { users: "auth_users", sessions: "auth_sessions", migrations: "auth_migrations" };

export const users = table(
  names.users,
  {
    id: text("id").primaryKey(),
    username: text("username").notNull(),
    /** NFKC and case fold of the username: the form that is unique. */
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
  (user) => [uniqueIndex(`${names.users}_username_canonical`).on(user.usernameCanonical)],
);

/** One login is one row. A revoked row outlives its user, so that other processes hear of it. */
export const sessions = table(
  names.sessions,
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
    index(`${names.sessions}_user_id`).on(session.userId),
    index(`${names.sessions}_revoked_at`).on(session.revokedAt),
  ],
);

/** Which migrations this database has had. */
export const appliedMigrations = table(names.migrations, {
  id: text("id").primaryKey(),
  appliedAt: time("applied_at").notNull(),
});
