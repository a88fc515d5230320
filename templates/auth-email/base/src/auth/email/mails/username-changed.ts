import { html, type MailTemplate } from "./mail.js";

export const usernameChangedMail: MailTemplate = ({ site, username }) => ({
  subject: `The username of your account at ${site} was changed`,
  text: `Somebody who knows the password of your account at ${site} has changed its username. It is ${username} now.

If it wasn't you, ask for a new password at once: the log-in page has a link for that.
`,
  html: html`<p>Somebody who knows the password of your account at ${site} has changed its username. It is ${username} now.</p>
<p>If it wasn't you, ask for a new password at once: the log-in page has a link for that.</p>`,
});
