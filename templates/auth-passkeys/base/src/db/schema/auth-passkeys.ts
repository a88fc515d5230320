import { bigint, index, indexName, integer, table, text, time } from "../columns.js";

/** Keys that log their owner in. Each was made by an authenticator that knew its user. */
export const passkeys = table(
  "auth_passkeys",
  {
    /** SHA-256 of the credential id: a credential has one owner. */
    id: text("id").primaryKey(),
    credentialId: text("credential_id").notNull(),
    userId: text("user_id").notNull(),
    /** What authenticators know the user by: random, and the same for every passkey of theirs. */
    userHandle: text("user_handle").notNull(),
    /** The domain that it belongs to. */
    rpId: text("rp_id").notNull(),
    /** COSE_Key, in base64url. */
    publicKey: text("public_key").notNull(),
    algorithm: integer("algorithm").notNull(),
    counter: bigint("counter").notNull(),
    /** 1 where it may be copied to other devices, else 0; the same for whether it is. */
    backupEligible: integer("backup_eligible").notNull(),
    backedUp: integer("backed_up").notNull(),
    /** How the browser can reach the authenticator, separated by spaces. */
    transports: text("transports").notNull(),
    name: text("name").notNull(),
    createdAt: time("created_at").notNull(),
    lastUsedAt: time("last_used_at"),
  },
  (passkey) => [index(indexName(passkey.userId, "user_id")).on(passkey.userId)],
);

/** What authenticators are asked to sign: once, and for a few minutes. */
export const passkeyChallenges = table(
  "auth_passkey_challenges",
  {
    /** SHA-256 of the challenge. */
    hash: text("hash").primaryKey(),
    purpose: text("purpose").notNull(),
    /** A user's id, or the name that somebody signs up with. Empty for nobody. */
    boundTo: text("bound_to").notNull(),
    /** What a new passkey knows its user by. Empty where none is made. */
    userHandle: text("user_handle").notNull(),
    expiresAt: time("expires_at").notNull(),
  },
  (challenge) => [index(indexName(challenge.expiresAt, "expires_at")).on(challenge.expiresAt)],
);
