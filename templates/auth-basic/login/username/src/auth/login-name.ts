import { addressType } from "./values/address.js";
import { boundedText, hasBlanks, pilesMarks } from "./values/text.js";

/** What people log in with: the member of requests and answers, and the parameter of lists, that holds it. */
export const loginName = "username";
export const loginNameInWords = "username";

export const maxLoginNameCharacters = 64;
const length = `Use 1 to ${maxLoginNameCharacters} characters.`;

/**
 * The longest text that may be one: normalizing takes time with the square of a text's length, and may shorten it to a
 * quarter.
 */
export const maxLoginNameText = 4 * maxLoginNameCharacters;

/** Whether it is an address, that mail can go to. */
export const loginIsAddress: boolean = false;

/**
 * Whether a name may have letters of scripts that are not written together. Threat: with a Cyrillic `а`, `аda` looks like
 * `ada`. A name that is Cyrillic as a whole may still look like a Latin one.
 */
const mayMixScripts = false;

/** Of a new name. A name that an account has is never asked again: its owner can log in, whatever is refused today. */
export const loginNameType = boundedText(maxLoginNameText, length)
  .transform((name) => name.normalize("NFKC"))
  .refine((name) => [...name].length >= 1 && [...name].length <= maxLoginNameCharacters, {
    message: length,
    abort: true,
  })
  .refine((name) => !hasBlanks(name) && !/\p{C}/u.test(name), {
    message: "Spaces, control and invisible characters are not allowed.",
  })
  .refine((name) => name !== "." && name !== "..", { message: "This means a folder in a path." })
  .refine((name) => !/^\p{M}/u.test(name) && !pilesMarks(name), { message: "Use at most 4 marks, and on a letter." })
  .refine(isOneInAnyCase, { message: "Write it in lower case." })
  .refine((name) => mayMixScripts || !mixesScripts(name), { message: "Use letters of one script." })
  .meta({
    pattern: "^\\S+$",
    maxLength: maxLoginNameText,
    description: "1 to 64 characters after NFKC, no spaces, of one script.",
  });

/** Every script by its code of ISO 15924, the commonest first. */
const scripts =
  `
  Latn
  Adlm Aghb Ahom Arab Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cakm Cans Cari Cham Cher
  Chrs Copt Cpmn Cprt Cyrl Deva Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Geor Glag Gong Gonm Goth Gran Grek Gujr Guru
  Hang Hani Hano Hatr Hebr Hira Hluw Hmng Hmnp Hung Ital Java Kali Kana Kawi Khar Khmr Khoj Kits Knda Kthi Lana Laoo
  Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf Mend Merc Mero Mlym Modi Mong Mroo Mtei Mult
  Mymr Nagm Nand Narb Nbat Newa Nkoo Nshu Ogam Olck Orkh Orya Osge Osma Ougr Palm Pauc Perm Phag Phli Phlp Phnx Plrd
  Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh Sogd Sogo Sora Soyo Sund Sylo Syrc Tagb Takr Tale
  Talu Taml Tang Tavt Telu Tfng Tglg Thaa Thai Tibt Tirh Tnsa Toto Ugar Vaii Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb
`.match(/\w{4}/g) ?? [];

/** Scripts that are written together: those of Japanese, Chinese and Korean, with Latin among them. */
const mixtures = [
  ["Latn", "Hani", "Hira", "Kana"],
  ["Latn", "Hani", "Bopo"],
  ["Latn", "Hani", "Hang"],
];
const writingSystems = [...scripts.map((script) => [script]), ...mixtures].map(
  (system) => new RegExp(`^[${["Zyyy", "Zinh", ...system].map((script) => `\\p{scx=${script}}`).join("")}]*$`, "u"),
);

/** Whether there are scripts that are not written together: more than UTS 39 calls "Highly Restrictive". */
function mixesScripts(name: string): boolean {
  return !writingSystems.some((system) => system.test(name));
}

/**
 * The form of a username that is unique: `Bob` and `bob`, a Kelvin sign and a K, full-width and plain letters are one
 * name. Unicode's NFKC and full case folding, computed here and not by a database's collation. Lower case comes first
 * too: the capital `ẞ` has no other upper case, and would not meet `ß`, whose upper case is `SS`.
 */
export function canonicalLoginName(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}

/** Marks of some Greek capitals stand in another order in lower case: both would be names, and look the same. */
function isOneInAnyCase(name: string): boolean {
  const inAnyCase = [name, name.toLowerCase(), name.toUpperCase()].map(canonicalLoginName);
  return new Set(inAnyCase).size === 1;
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
    type: addressType,
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
