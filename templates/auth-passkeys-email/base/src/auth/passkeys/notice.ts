import { and, eq, isNotNull } from "drizzle-orm";
import { type Database, transaction } from "../../db/client.js";
import { users } from "../../db/schema/auth.js";
import { ringForMail } from "../email/bell.js";
import { mayTell } from "../email/limits.js";
import type { MailPurpose } from "../email/mails/mail.js";
import { addMail } from "../email/outbox-store.js";
import type { EventName, EventSink } from "../events.js";

const notices: { [Name in EventName]?: MailPurpose } = {
  authn_passkey_added: "passkey-added",
  authn_passkey_removed: "passkey-removed",
};

/** Tells the owner of an account of a passkey that has come or gone. */
export const mailPasskeyChange: EventSink = async ({ event, outcome, userId }) => {
  const purpose = notices[event];
  if (!purpose || outcome !== "success" || userId === undefined) return;
  await transaction((tx) => addNotice(tx, userId, purpose));
  ringForMail();
};

/** Mail to a proven address of what may happen often: so not all of it is told. */
async function addNotice(tx: Database, userId: string, purpose: MailPurpose): Promise<void> {
  const isProven = and(eq(users.id, userId), isNotNull(users.emailVerifiedAt), isNotNull(users.email));
  const [found] = await tx.select({ address: users.email }).from(users).where(isProven);
  if (found?.address && (await mayTell(tx, purpose, userId)))
    await addMail(tx, { purpose, userId, address: found.address });
}
