import { ringForMail } from "../email/bell.js";
import type { MailPurpose } from "../email/mails/mail.js";
import { addNotice } from "../email/store.js";
import type { EventName, EventSink } from "../events.js";

const notices: { [Name in EventName]?: MailPurpose } = {
  authn_factor_set: "factor-set",
  authn_factor_removed: "factor-removed",
  authn_factor_fail_max: "factor-guessed",
  authn_recovery_codes_renewed: "recovery-codes-renewed",
  authn_recovery_code_used: "recovery-code-used",
};

/** Tells the owner of an account, at its proven address, what has become of its second factors. */
export const mailFactorEvents: EventSink = async ({ event, userId }) => {
  const notice = notices[event];
  if (notice === undefined || userId === undefined) return;
  await addNotice(userId, notice);
  ringForMail();
};
