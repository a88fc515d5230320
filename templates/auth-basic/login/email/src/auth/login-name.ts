import { asciiAddress, canonicalAddress, maxAddressCharacters, noAddress } from "./values/address.js";
import { boundedText } from "./values/text.js";

/** What people log in with: the member of requests and answers, and the parameter of lists, that holds it. */
export const loginName = "email";
export const loginNameInWords = "e-mail address";

export const maxLoginNameCharacters = maxAddressCharacters;
/** The longest text that may be one. */
export const maxLoginNameText = maxAddressCharacters;

/** Whether it is an address, that mail can go to. */
export const loginIsAddress: boolean = true;

export const loginNameType = boundedText(maxAddressCharacters, noAddress)
  .refine((address) => asciiAddress(address) !== null, { message: noAddress })
  .meta({
    pattern: "^[^\\s@]+@[^\\s@]+$",
    maxLength: maxLoginNameCharacters,
    description: "An e-mail address; its domain may be international.",
  });

/** The form of an address that is unique, and that a login is looked up by. */
export function canonicalLoginName(name: string): string {
  return canonicalAddress(name);
}

/** The columns that hold the name: the address as it was typed, which is shown, and as mail servers take it. */
export function loginColumns(name: string): LoginColumns {
  return { username: name, usernameCanonical: canonicalLoginName(name), email: asciiAddress(name) ?? name };
}

/** The columns that hold the account's address: those of the login name, which no account is without. */
export function addressColumns(address: string | null): Partial<LoginColumns> {
  return address === null ? {} : loginColumns(address);
}

/** What `user-fields.ts` has of the address: nothing, since it is the login name. */
export const addressField = {} as const;

export interface LoginColumns {
  username: string;
  usernameCanonical: string;
  email?: string | null;
}
