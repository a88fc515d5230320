import { html, type NamedTemplate } from "../email/mails/mail.js";

declare module "../email/mails/mail.js" {
  interface MailPurposes {
    deletion: true;
  }
}

export const deletionMail: NamedTemplate = {
  purpose: "deletion",
  template: ({ site, username }) => ({
    subject: `Your account at ${site} is being deleted`,
    text: `Somebody who knows the password of the account ${username} at ${site} has asked for it to be deleted. It is closed now, and will be gone in a while.

If that was you, there is nothing to do.

If it wasn't, first look for a mail that told you lately that your address is being changed, and open the link in it. Then write to the people of ${site} at once: they can open the account again.
`,
    html: html`<p>Somebody who knows the password of the account ${username} at ${site} has asked for it to be deleted. It is closed now, and will be gone in a while.</p>
<p>If that was you, there is nothing to do.</p>
<p>If it wasn't, first look for a mail that told you lately that your address is being changed, and open the link in it. Then write to the people of ${site} at once: they can open the account again.</p>`,
  }),
};
