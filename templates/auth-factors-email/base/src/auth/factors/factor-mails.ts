import { html, type MailText, type NamedTemplate } from "../email/mails/mail.js";
import { countCodes } from "./recovery-code-store.js";

declare module "../email/mails/mail.js" {
  interface MailPurposes {
    "factor-set": true;
    "factor-removed": true;
    "factor-guessed": true;
    "recovery-codes-renewed": true;
    "recovery-code-used": true;
  }
}

const notYou = (site: string) =>
  `If it wasn't, somebody else knows your password: choose another one, end every login of the account, and write to the people of ${site}.`;

export const factorSetMail: NamedTemplate = {
  purpose: "factor-set",
  template: ({ site, username }) =>
    textOf(`A second factor was set for your account at ${site}`, [
      `A second factor was set for the account ${username} at ${site}. From now on a login takes it beside the password; every other login has been ended.`,
      "If that was you, there is nothing to do.",
      notYou(site),
    ]),
};

export const factorRemovedMail: NamedTemplate = {
  purpose: "factor-removed",
  template: ({ site, username }) =>
    textOf(`A second factor of your account at ${site} was removed`, [
      `A second factor of the account ${username} at ${site} was removed.`,
      "If you did that or asked for it, there is nothing to do.",
      notYou(site),
    ]),
};

export const factorGuessedMail: NamedTemplate = {
  purpose: "factor-guessed",
  template: ({ site, username }) =>
    textOf(`Somebody has the password of your account at ${site}`, [
      `Somebody has logged in to the account ${username} at ${site} with the right password, and has then sent a wrong second factor too often. Nobody can log in to it for a while now; logins that there are go on.`,
      "If that was you, wait and try again.",
      notYou(site),
    ]),
};

export const recoveryCodesMail: NamedTemplate = {
  purpose: "recovery-codes-renewed",
  template: ({ site, username }) =>
    textOf(`New recovery codes for your account at ${site}`, [
      `The account ${username} at ${site} has new recovery codes. Those of before are no longer good.`,
      "If that was you, keep them where you will find them without your phone.",
      notYou(site),
    ]),
};

export const recoveryCodeUsedMail: NamedTemplate = {
  purpose: "recovery-code-used",
  template: async ({ site, username, userId }) =>
    textOf(`A recovery code of your account at ${site} was used`, [
      `Somebody has logged in to the account ${username} at ${site} with its password and a recovery code. ${inWords(await countCodes(userId))}`,
      "If that was you and few are left, ask for new ones.",
      notYou(site),
    ]),
};

function inWords(left: number): string {
  return left === 1 ? "1 code is left." : `${left} codes are left.`;
}

function textOf(subject: string, paragraphs: string[]): MailText {
  return {
    subject,
    text: `${paragraphs.join("\n\n")}\n`,
    html: paragraphs.map((paragraph) => html`<p>${paragraph}</p>`).join("\n"),
  };
}
