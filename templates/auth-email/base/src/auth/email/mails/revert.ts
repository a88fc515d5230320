import { html, type MailTemplate } from "./mail.js";

export const revertMail: MailTemplate = ({ site, username, link }) => ({
  subject: `The e-mail address of your account at ${site} is being changed`,
  text: `Somebody who knows the password of the account ${username} at ${site} is replacing or removing this address.

If that was you, there is nothing to do.

If it wasn't, open this link within 7 days. It puts this address back and ends every login of the account:

${link}

Then ask for a new password at once: whoever did this knows the one you have.
`,
  html: html`<p>Somebody who knows the password of the account ${username} at ${site} is replacing or removing this address.</p>
<p>If that was you, there is nothing to do.</p>
<p>If it wasn't, open this link within 7 days. It puts this address back and ends every login of the account:</p>
<p><a href="${link}">Keep this address</a></p>
<p>Then ask for a new password at once: whoever did this knows the one you have.</p>`,
});
