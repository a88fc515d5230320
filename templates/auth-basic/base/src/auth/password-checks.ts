import { config } from "./config.js";
import { AuthError } from "./errors.js";
import { maxPasswordText } from "./input.js";
import { loginName } from "./login-name.js";
import { commonPasswords } from "./values/common-passwords.js";
import { bareText, countUnpredictable, repeatsShorter } from "./values/predictable-text.js";

/** Who the new password is for: words an attacker tries first. */
export type PasswordOwner = { email?: string | null | undefined } & { [Name in typeof loginName]: string };

/** Says what is wrong with a new password, or null. Never run at login: a new policy must not lock old users out. */
export type PasswordCheck = (password: string, owner: PasswordOwner) => string | null | Promise<string | null>;

/** NIST SP 800-63B-4: 15 characters while the password is the only factor. */
export const minPasswordCharacters = 15;
export const maxPasswordCharacters = 256;
const minOtherCharacters = 8;
const minContextCharacters = 4;

/** Every check of a new password, in order: what is far too long comes to none but the first. An add-on appends its own. */
export const passwordChecks: PasswordCheck[] = [
  hasGoodLength,
  isWellFormed,
  isNotCommon,
  isNotPredictable,
  hasMoreThanContext,
];

/**
 * @param current the password that is changed, where that has just been proven.
 * @throws AuthError "ValidationError" that says why the password at `path` of the body is refused.
 */
export async function checkNewPassword(
  password: string,
  owner: PasswordOwner,
  path: string,
  current?: string,
): Promise<void> {
  for (const check of [...passwordChecks, isAnotherThan(current)]) {
    const message = await check(password, owner);
    if (message) throw new AuthError("ValidationError", { detail: message, issues: [{ path, message }] });
  }
}

function isAnotherThan(current: string | undefined): PasswordCheck {
  return (password) =>
    password.normalize("NFC") === current?.normalize("NFC") ? "This is the password that you have." : null;
}

function isWellFormed(password: string): string | null {
  return /\p{Surrogate}/u.test(password) ? "The password holds half of a character." : null;
}

function hasGoodLength(password: string): string | null {
  const length = password.length > maxPasswordText ? password.length : [...password.normalize("NFC")].length;
  if (length < minPasswordCharacters) return `Use at least ${minPasswordCharacters} characters.`;
  return length > maxPasswordCharacters ? `Use at most ${maxPasswordCharacters} characters.` : null;
}

function isNotCommon(password: string): string | null {
  const folded = password.normalize("NFKC").toLowerCase();
  return commonPasswords.has(folded) ? "This password is one of the commonest: attackers try it first." : null;
}

function isNotPredictable(password: string): string | null {
  const bare = bareText(password);
  if (repeatsShorter(bare, minPasswordCharacters)) return "This is something shorter, repeated.";
  if (countUnpredictable(bare) >= minOtherCharacters) return null;
  return `Beside repetitions, and letters or digits in a row, use at least ${minOtherCharacters} other characters.`;
}

function hasMoreThanContext(password: string, owner: PasswordOwner): string | null {
  let rest = bareText(password);
  for (const word of contextWords(owner)) rest = rest.split(word).join("");
  if (countUnpredictable(rest) >= minOtherCharacters) return null;
  return `Beside your name, address or this site's name, use at least ${minOtherCharacters} other characters.`;
}

function contextWords(owner: PasswordOwner): string[] {
  return [owner[loginName], owner.email?.split("@")[0] ?? "", config.jwtIssuer]
    .map(bareText)
    .filter((word) => [...word].length >= minContextCharacters)
    .sort((a, b) => b.length - a.length);
}
