import { html, type MailTemplate } from "./mail.js";

/** To an address that is not proven: it names nobody, or whoever signs up with it could write to its owner. */
export const verifyMail: MailTemplate = ({ site, link }) => ({
  subject: `Confirm your e-mail address for ${site}`,
  text: `Somebody, probably you, gave this address for an account at ${site}.

To confirm that it is yours, open this link within 24 hours:

${link}

You are logged out everywhere then, and log in again.

If it wasn't you, do nothing: without the link the address stays unconfirmed.
`,
  html: html`<p>Somebody, probably you, gave this address for an account at ${site}.</p>
<p>To confirm that it is yours, open this link within 24 hours:</p>
<p><a href="${link}">Confirm the address</a></p>
<p>You are logged out everywhere then, and log in again.</p>
<p>If it wasn't you, do nothing: without the link the address stays unconfirmed.</p>`,
});
