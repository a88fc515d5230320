import { ringForMail } from "../email/bell.js";
import { addReset } from "../email/store.js";
import type { PasswordReset } from "./password-resets.js";

/** A link to the address of the account; one that nobody has proven only gets the link to a first password. */
export const mailPasswordReset: PasswordReset = async (userId) => {
  const isSent = await addReset(userId);
  if (isSent) ringForMail();
  return isSent;
};
