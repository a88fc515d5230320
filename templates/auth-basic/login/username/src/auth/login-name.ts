import { z } from "zod";
import { maxAddressCharacters } from "./address.js";

/** What people log in with: the member of requests and answers, and the parameter of lists, that holds it. */
export const loginName = "username";

export const maxLoginNameCharacters = 64;

/** Whether it is an address, that mail can go to. */
export const loginIsAddress: boolean = false;

/** Control, format, white-space and invisible characters, and lone surrogates. */
const notInNames = /[\p{Cc}\p{Cf}\p{Cs}\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;

export const loginNameType = z
  .string()
  .transform((name) => name.normalize("NFKC"))
  .refine((name) => [...name].length >= 1 && [...name].length <= maxLoginNameCharacters, {
    message: `Use 1 to ${maxLoginNameCharacters} characters.`,
  })
  .refine((name) => !notInNames.test(name), { message: "Spaces, control and invisible characters are not allowed." })
  .meta({
    pattern: "^\\S+$",
    maxLength: 4 * maxLoginNameCharacters,
    description: "1 to 64 characters after NFKC, no spaces.",
  });

/**
 * The form of a username that is unique: `Bob` and `bob`, a Kelvin sign and a K, full-width and plain letters are one
 * name. Unicode's NFKC and full case folding, computed here and not by a database's collation.
 */
export function canonicalLoginName(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
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
