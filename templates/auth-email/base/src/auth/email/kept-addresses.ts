import { and, eq, gt, ne } from "drizzle-orm";
import { type Database, now } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { emailTokens } from "../../db/schema/auth-email.js";
import { AuthError } from "../errors.js";
import { canonicalLoginName, loginIsAddress, loginName } from "../login-name.js";
import type { User } from "../store.js";

/**
 * Threat: a thief moves an account to an address of theirs, and signs up with the old one, so that its owner can't put it
 * back. What people log in with is nobody else's while a link lives that puts it back.
 *
 * @throws AuthError "UsernameNotAvailable"
 */
export async function keepForItsOwner(tx: Database, user: User): Promise<void> {
  if (!loginIsAddress) return;
  const isItsOwners = and(
    eq(emailTokens.addressCanonical, canonicalLoginName(user[loginName])),
    eq(emailTokens.purpose, "revert"),
    gt(emailTokens.expiresAt, now),
    ne(emailTokens.userId, user.id),
  );
  const [kept] = await tx
    .select({ id: emailTokens.id })
    .from(emailTokens)
    .innerJoin(users, eq(users.id, emailTokens.userId))
    .where(isItsOwners)
    .limit(1);
  if (kept) throw new AuthError("UsernameNotAvailable");
}
