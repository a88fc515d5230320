import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt } from "drizzle-orm";
import { fromNow, now, write } from "../../db/client.js";
import { passkeyChallenges } from "../../db/schema/auth-passkeys.js";

/** How long an authenticator may take to answer: its user has to find it. */
export const challengeSeconds = 5 * 60;
const challengeBytes = 32;

/** What a challenge is for: an answer is good for that alone. */
export interface ChallengePurpose {
  purpose: "register" | "login" | "step-up" | "signup";
  /** Who may answer it: a user's id, the canonical name of a signup, or "" for whoever it is that logs in. */
  boundTo: string;
}

/** @returns a new challenge, 256 random bits in base64url. */
export async function addChallenge({ purpose, boundTo }: ChallengePurpose, userHandle = ""): Promise<string> {
  const challenge = randomBytes(challengeBytes).toString("base64url");
  const row = { hash: hashOf(challenge), purpose, boundTo, userHandle, expiresAt: fromNow(challengeSeconds) };
  await write((db) => db.insert(passkeyChallenges).values(row));
  return challenge;
}

/**
 * Takes the challenge away, before anything is looked at that answers it: of many answers one is looked at, right or wrong.
 *
 * @returns what a new passkey knows its user by; null where it was for something else, is over, or never was.
 */
export async function spendChallenge(
  challenge: string,
  { purpose, boundTo }: ChallengePurpose,
): Promise<string | null> {
  const isIt = and(eq(passkeyChallenges.hash, hashOf(challenge)), gt(passkeyChallenges.expiresAt, now));
  const [spent] = await write((db) => db.delete(passkeyChallenges).where(isIt).returning());
  return spent && spent.purpose === purpose && spent.boundTo === boundTo ? spent.userHandle : null;
}

function hashOf(challenge: string): string {
  return createHash("sha256").update(challenge).digest("base64url");
}
