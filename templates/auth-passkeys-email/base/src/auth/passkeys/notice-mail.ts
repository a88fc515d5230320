import { html, type NamedTemplate } from "../email/mails/mail.js";

declare module "../email/mails/mail.js" {
  interface MailPurposes {
    "passkey-added": true;
    "passkey-removed": true;
  }
}

export const passkeyAddedMail: NamedTemplate = {
  purpose: "passkey-added",
  template: ({ site, username }) => ({
    subject: `A passkey was added to your account at ${site}`,
    text: `The account ${username} at ${site} can be logged in to with a new passkey.

If it wasn't you, log in and remove it, and choose another password: whoever has added it can log in.
`,
    html: html`<p>The account ${username} at ${site} can be logged in to with a new passkey.</p>
<p>If it wasn't you, log in and remove it, and choose another password: whoever has added it can log in.</p>`,
  }),
};

export const passkeyRemovedMail: NamedTemplate = {
  purpose: "passkey-removed",
  template: ({ site, username }) => ({
    subject: `A passkey was removed from your account at ${site}`,
    text: `A passkey of the account ${username} at ${site} was removed. It opens the account no longer.

If it wasn't you, log in and look at what else has changed, and choose another password.
`,
    html: html`<p>A passkey of the account ${username} at ${site} was removed. It opens the account no longer.</p>
<p>If it wasn't you, log in and look at what else has changed, and choose another password.</p>`,
  }),
};
