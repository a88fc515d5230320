import { z } from "zod";
import { maxAddressCharacters } from "./address.js";

/** What people log in with: the member of requests and answers, and the parameter of lists, that holds it. */
export const loginName = "username";
export const loginNameInWords = "username";

export const maxLoginNameCharacters = 64;
const length = `Use 1 to ${maxLoginNameCharacters} characters.`;

/**
 * Normalizing takes time with the square of a text's length: so what is far too long is refused before. The limit is
 * generous, since a text can be longer before it is normalized than after.
 */
const maxUnnormalizedCharacters = 4 * maxLoginNameCharacters;

/** Whether it is an address, that mail can go to. */
export const loginIsAddress: boolean = false;

/** Control, format, white-space and invisible characters, and lone surrogates. */
const notInNames = /[\p{Cc}\p{Cf}\p{Cs}\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;

export const loginNameType = z
  .string()
  .max(maxUnnormalizedCharacters, { message: length, abort: true })
  .transform((name) => name.normalize("NFKC"))
  .refine((name) => [...name].length >= 1 && [...name].length <= maxLoginNameCharacters, {
    message: length,
  })
  .refine((name) => !notInNames.test(name), { message: "Spaces, control and invisible characters are not allowed." })
  .meta({
    pattern: "^\\S+$",
    maxLength: maxUnnormalizedCharacters,
    description: "1 to 64 characters after NFKC, no spaces.",
  });

/**
 * The form of a username that is unique: `Bob` and `bob`, a Kelvin sign and a K, full-width and plain letters are one
 * name. Unicode's NFKC and full case folding, computed here and not by a database's collation. Lower case comes first
 * too: the capital `ẞ` has no other upper case, and would not meet `ß`, whose upper case is `SS`.
 */
export function canonicalLoginName(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}

/** The columns that hold the name. */
export function loginColumns(name: string): LoginColumns {
  return { username: name, usernameCanonical: canonicalLoginName(name) };
}

/** The columns that hold the account's address. */
export function addressColumns(address: string | null): Partial<LoginColumns> {
  return { email: address };
}

/** What `user-fields.ts` has of the address: it is one of the fields, and no login name. */
export const addressField = {
  email: {
    type: z.email().max(maxAddressCharacters),
    atSignUp: "optional",
    inPatch: true,
    inAnswers: true,
    unique: false,
  },
} as const;

export interface LoginColumns {
  username: string;
  usernameCanonical: string;
  email?: string | null;
}
