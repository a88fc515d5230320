import { html, type MailTemplate } from "./mail.js";

export const passwordGuessedMail: MailTemplate = ({ site, username }) => ({
  subject: `Somebody has guessed at the password of your account at ${site}`,
  text: `Somebody who was logged in to the account ${username} at ${site} has sent a wrong password too often. That login has been ended.

If that was you, log in again.

If it wasn't, somebody else had a login of yours: log in, and end every login of the account.
`,
  html: html`<p>Somebody who was logged in to the account ${username} at ${site} has sent a wrong password too often. That login has been ended.</p>
<p>If that was you, log in again.</p>
<p>If it wasn't, somebody else had a login of yours: log in, and end every login of the account.</p>`,
});
