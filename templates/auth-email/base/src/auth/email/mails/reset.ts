import { html, type MailTemplate } from "./mail.js";

export const resetMail: MailTemplate = ({ site, username, link }) => ({
  subject: `Set a new password for ${site}`,
  text: `A new password was asked for, for the account ${username} at ${site}.

To choose it, open this link within an hour:

${link}

It works once, and ends every login of the account.

If it wasn't you, do nothing: the password stays as it is.
`,
  html: html`<p>A new password was asked for, for the account ${username} at ${site}.</p>
<p>To choose it, open this link within an hour:</p>
<p><a href="${link}">Set a new password</a></p>
<p>It works once, and ends every login of the account.</p>
<p>If it wasn't you, do nothing: the password stays as it is.</p>`,
});
