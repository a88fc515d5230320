import { html, type MailTemplate } from "./mail.js";

export const passwordChangedMail: MailTemplate = ({ site, username }) => ({
  subject: `The password of your account at ${site} was changed`,
  text: `The password of the account ${username} at ${site} was changed a moment ago, and every login before that has ended.

If it wasn't you, ask for a new password at once: the log-in page has a link for that.
`,
  html: html`<p>The password of the account ${username} at ${site} was changed a moment ago, and every login before that has ended.</p>
<p>If it wasn't you, ask for a new password at once: the log-in page has a link for that.</p>`,
});
