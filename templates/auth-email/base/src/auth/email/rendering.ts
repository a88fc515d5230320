import { config } from "../config.js";
import { asciiAddress } from "../values/address.js";
import { linkPaths, mailConfig } from "./config.js";
import { html, type MailPurpose, type NamedTemplate } from "./mails/mail.js";
import { passwordChangedMail } from "./mails/password-changed.js";
import { passwordGuessedMail } from "./mails/password-guessed.js";
import { resetMail } from "./mails/reset.js";
import { revertMail } from "./mails/revert.js";
import { usernameChangedMail } from "./mails/username-changed.js";
import { verifyMail } from "./mails/verify.js";
import { type ClaimedMail, findRecipient } from "./outbox-store.js";
import { type TokenPurpose, tokenBehind } from "./token.js";

/** A mail as it goes out. The same JSON is what a queue is handed. */
export interface Mail {
  /** The same each time the mail is handed out: what has been seen before is a repetition. */
  id: string;
  purpose: MailPurpose;
  userId: string;
  to: string;
  from: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** When it was asked for: ISO 8601, UTC. */
  createdAt: string;
}

/** How each kind of mail is written. An add-on appends its own. */
export const mailTemplates: NamedTemplate[] = [
  { purpose: "verify", template: verifyMail },
  { purpose: "reset", template: resetMail },
  { purpose: "revert", template: revertMail },
  { purpose: "password-changed", template: passwordChangedMail },
  { purpose: "username-changed", template: usernameChangedMail },
  { purpose: "password-guessed", template: passwordGuessedMail },
];

/** The mail with its link, which exists from here on only; null when nobody needs it any more. */
export async function renderMail(claimed: ClaimedMail): Promise<Mail | null> {
  const recipient = await findRecipient(claimed);
  const link = recipient && linkOf(claimed, recipient.tokenHash);
  const known = mailTemplates.find(({ purpose }) => purpose === claimed.purpose);
  if (!recipient || link === null || !known) return null;
  const signedUpOn = recipient.createdAt.toISOString().slice(0, 10);
  const { id, purpose, userId, address, createdAt } = claimed;
  const facts = { userId, site: config.jwtIssuer, username: recipient.username, signedUpOn, link };
  const { subject, text, html: body } = await known.template(facts);
  const page = `<!doctype html>\n<html lang="en">\n<head>${html`<title>${subject}</title>`}</head>\n<body>\n${body}\n</body>\n</html>\n`;
  return {
    id,
    purpose,
    userId,
    to: asciiAddress(address) ?? address,
    from: mailConfig.from,
    subject,
    text,
    html: page,
    createdAt: createdAt.toISOString(),
  };
}

function linkOf({ purpose, tokenId: id, address }: ClaimedMail, tokenHash: string | null): string | null {
  if (id === null || tokenHash === null) return "";
  const kind = purpose as TokenPurpose;
  const token = tokenBehind(tokenHash, { id, purpose: kind, address });
  return token && mailConfig.appUrl + linkPaths[kind] + token;
}
