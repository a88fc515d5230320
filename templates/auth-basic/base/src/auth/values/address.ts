import { domainToASCII } from "node:url";
import { boundedText } from "./text.js";

export const maxAddressCharacters = 254;
const maxLocalCharacters = 64;

/** A dot-atom of RFC 5321 before the @, host names of RFC 1123 behind it. */
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domain =
  /^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,58}[A-Za-z0-9])$/;

/** What a label may hold before it is folded: letters, marks, digits and hyphens of any script. */
const label = /^[\p{L}\p{M}\p{Nd}-]+$/u;
/** A domain that ends in one is an IPv4 address, or meant to be. */
const number = /^\p{Nd}+$/u;

export const noAddress = "This is no e-mail address.";

/** An address wherever a request has one: what is taken, mail can be sent to. It is kept as mail servers take it. */
export const addressType = boundedText(maxAddressCharacters, noAddress)
  .refine((text) => asciiAddress(text) !== null, { message: noAddress, abort: true })
  .overwrite((text) => asciiAddress(text) ?? text)
  .meta({ format: "email", description: "Its domain may be international: it is answered in its `xn--` form." });

/**
 * Whether mail may be sent to `text`: one plain ASCII address. Not a list, a display name, a quoted local part, a comment,
 * an address literal or a line break, each of which can send mail to somebody else; an international domain in its
 * `xn--` form.
 */
export function isMailAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  if (text.length > maxAddressCharacters || local.length > maxLocalCharacters) return false;
  return localPart.test(local) && domain.test(text.slice(at + 1));
}

/**
 * The address as mail servers take it: as it was typed, but for an international domain, which gets its `xn--` form. Null
 * for what is no address. Labels are checked first: domainToASCII takes other scripts' dots for dots, and drops invisible
 * characters.
 */
export function asciiAddress(text: string): string | null {
  const at = text.lastIndexOf("@");
  if (at < 0 || text.length > maxAddressCharacters) return null;
  const typed = text.slice(at + 1);
  const labels = typed.split(".");
  if (!labels.every((part) => label.test(part)) || number.test(labels[labels.length - 1] ?? "")) return null;
  const ascii = domainToASCII(typed);
  if (ascii === "") return null;
  const address = isMailAddress(text) ? text : `${text.slice(0, at)}@${ascii}`;
  return isMailAddress(address) ? address : null;
}

/**
 * The form of an address that is unique: its domain in ASCII, and ASCII letters in lower case, in the local part too,
 * since no mail server that people use tells `Ada@` from `ada@`. Mail goes to the address as it was typed. Dots and
 * `+tags` are left alone: what they mean differs from one provider to the next.
 */
export function canonicalAddress(address: string): string {
  return (asciiAddress(address) ?? address).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
