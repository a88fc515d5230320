import { createHmac } from "node:crypto";
import bcrypt from "bcrypt";
import { inBcryptQueue } from "./bcrypt-queue.js";
import { config } from "./config.js";
import { maxPasswordText } from "./input.js";

/** What is stored of a password. */
export interface PasswordHash {
  passwordHash: string;
  /** Names the pepper that went into the hash. */
  pepperId: string;
}

const current = pepper(config.passwordPepper);
const peppers = config.passwordPepperPrevious ? [current, pepper(config.passwordPepperPrevious)] : [current];

/** 22 characters of salt, whose last can only be `.`, `O`, `e` or `u`, and 31 of hash: no password is known for it. */
const unusable = `${"c".repeat(21)}u${"c".repeat(31)}`;

/** Stored of a user who has not chosen a password yet: checking it costs what checking a real hash costs. */
export const noPassword: Readonly<PasswordHash> = Object.freeze({
  passwordHash: unusableHash(config.bcryptCost),
  pepperId: current.id,
});

/** Whether the user has chosen a password. */
export function hasPassword({ passwordHash }: Pick<PasswordHash, "passwordHash">): boolean {
  return !passwordHash.endsWith(`$${unusable}`);
}

/** Hashes with the current pepper and cost. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const passwordHash = await inBcryptQueue(() => bcrypt.hash(current.mix(password), config.bcryptCost));
  return { passwordHash, pepperId: current.id };
}

/** Whether `password` made `stored`. Without `stored` (an unknown name), or of a text that is too long, it does the same work and says no. */
export async function verifyPassword(password: string, stored: PasswordHash | null): Promise<boolean> {
  const { passwordHash, pepperId } = stored ?? noPassword;
  const known = peppers.find(({ id }) => id === pepperId);
  const { mix } = known ?? current;
  const isTooLong = password.length > maxPasswordText;
  const same = await inBcryptQueue(() => compare(mix(isTooLong ? "" : password), passwordHash));
  return same && !isTooLong && stored !== null && known !== undefined;
}

/**
 * Every check costs what today's hashes cost, in one turn of the queue: a quicker answer would say that there is an account,
 * with a hash from a cheaper day. So does a right password, or that of a barred account would be told from a wrong one.
 */
async function compare(mixed: string, hash: string): Promise<boolean> {
  const same = await bcrypt.compare(mixed, hash);
  for (const cost of costsUpTo(config.bcryptCost, bcrypt.getRounds(hash)))
    await bcrypt.compare(mixed, unusableHash(cost));
  return same;
}

/** What is left to hash after one hash of cost `spent`. Each step doubles the work: 2^today together, exactly. */
export function costsUpTo(today: number, spent: number): number[] {
  return Array.from({ length: Math.max(0, today - spent) }, (_, step) => spent + step);
}

function unusableHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${unusable}`;
}

/** Whether the hash was made with a pepper that is not in the environment: no password is right then. */
export function hasLostPepper(stored: PasswordHash): boolean {
  return hasPassword(stored) && peppers.every(({ id }) => id !== stored.pepperId);
}

/** Whether the hash was made with another cost or pepper than today's. */
export function isOutdated({ passwordHash, pepperId }: PasswordHash): boolean {
  return pepperId !== current.id || bcrypt.getRounds(passwordHash) !== config.bcryptCost;
}

/**
 * bcrypt sees only 72 bytes and stops at a NUL. An HMAC-SHA-384 in base64 is 64 characters, so every character of the
 * password counts, and a stolen table is of no use without the pepper.
 */
function pepper(key: string) {
  const hmac = (text: string) => createHmac("sha384", key).update(text).digest("base64");
  return { id: hmac("pepper id").slice(0, 8), mix: (password: string) => hmac(password.normalize("NFC")) };
}
