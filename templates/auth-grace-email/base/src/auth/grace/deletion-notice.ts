import { and, eq, gt, isNotNull } from "drizzle-orm";
import { now, transaction } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { emailTokens } from "../../db/schema/auth-email.js";
import { ringForMail } from "../email/bell.js";
import { mayTell } from "../email/limits.js";
import { addMail } from "../email/outbox-store.js";
import type { EventSink } from "../events.js";
import { canonicalAddress } from "../values/address.js";

/** Tells the owner of an account that it waits to be deleted. */
export const mailDeletion: EventSink = async ({ event, userId }) => {
  if (event !== "user_deletion_requested" || userId === undefined) return;
  await addDeletionNotice(userId);
  ringForMail();
};

/**
 * Mail that the account is closed and will be deleted: to its proven address, and to those that a link can still put
 * back, since whoever deletes a stolen account may have changed the address first.
 */
async function addDeletionNotice(userId: string): Promise<void> {
  const isProven = and(eq(users.id, userId), isNotNull(users.emailVerifiedAt), isNotNull(users.email));
  const isWayBack = and(
    eq(emailTokens.userId, userId),
    eq(emailTokens.purpose, "revert"),
    gt(emailTokens.expiresAt, now),
  );
  await transaction(async (tx) => {
    if (!(await mayTell(tx, "deletion", userId))) return;
    const current = await tx.select({ address: users.email }).from(users).where(isProven);
    const replaced = await tx.select({ address: emailTokens.address }).from(emailTokens).where(isWayBack);
    const told = new Map(
      [...replaced, ...current].map(({ address }) => [canonicalAddress(address ?? ""), address ?? ""]),
    );
    for (const address of Array.from(told.values())) await addMail(tx, { purpose: "deletion", userId, address });
  });
}
