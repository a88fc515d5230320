import type { TokenPurpose } from "../token.js";

/** Every kind of mail; each has a file of its own beside this one. An add-on declares its own beside its code. */
export interface MailPurposes extends Record<TokenPurpose, true> {
  "password-changed": true;
  "username-changed": true;
  "password-guessed": true;
}

export type MailPurpose = keyof MailPurposes;

/** What a mail may say. */
export interface MailFacts {
  /** Whose account it is about, for a template that asks more of it. */
  userId: string;
  /** JWT_ISSUER: what the application is called. */
  site: string;
  /** Only for mail to somebody who has proven the address: another's choice of name is another's words. */
  username: string;
  /** The day of the signup, as 2026-11-30, in UTC. */
  signedUpOn: string;
  /** Empty for a mail without one. */
  link: string;
}

export interface MailText {
  subject: string;
  text: string;
  /** What stands in the body of the HTML part. */
  html: string;
}

export type MailTemplate = (facts: MailFacts) => MailText | Promise<MailText>;

export interface NamedTemplate {
  purpose: MailPurpose;
  template: MailTemplate;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** HTML in which every value is escaped. */
export function html(parts: TemplateStringsArray, ...values: string[]): string {
  const escaped = values.map((value) => value.replace(/[&<>"']/g, (character) => entities[character] ?? ""));
  return parts.reduce((text, part, index) => text + (escaped[index - 1] ?? "") + part, "");
}
