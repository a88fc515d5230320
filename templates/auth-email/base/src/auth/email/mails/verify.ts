import { html, type MailTemplate } from "./mail.js";

/** To an address that is not proven: it names nobody, or whoever signs up with it could write to its owner. */
export const verifyMail: MailTemplate = ({ site, signedUpOn, link }) => ({
  subject: `Confirm your e-mail address for ${site}`,
  text: `Somebody, probably you, gave this address for an account at ${site} that was made on ${signedUpOn}.

To confirm that it is yours, open this link within 24 hours:

${link}

Open it where you are logged in, or have the password of the account at hand: without either, you choose a new password, and the one before is of no use any more. Every other login ends.

If it wasn't you, do nothing: without the link the address stays unconfirmed.
`,
  html: html`<p>Somebody, probably you, gave this address for an account at ${site} that was made on ${signedUpOn}.</p>
<p>To confirm that it is yours, open this link within 24 hours:</p>
<p><a href="${link}">Confirm the address</a></p>
<p>Open it where you are logged in, or have the password of the account at hand: without either, you choose a new password, and the one before is of no use any more. Every other login ends.</p>
<p>If it wasn't you, do nothing: without the link the address stays unconfirmed.</p>`,
});
