import { createHash, randomBytes } from "node:crypto";
import { transaction } from "../../db/client.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import { admitChange } from "../throttle.js";
import type { AnswerCheck } from "./challenge-store.js";
import { isMain, kindsIn, lockOwner } from "./factor-store.js";
import { deleteCode, hasCode, replaceCodes } from "./recovery-code-store.js";

declare module "../events.js" {
  interface EventNames {
    authn_recovery_codes_renewed: true;
    authn_recovery_code_used: true;
  }
}

const codesAtOnce = 10;
/** 5 bits each: 120 bits, of which a quick hash gives nothing away (ASVS 6.5.2). */
const codeCharacters = 24;
const groupCharacters = 4;
/** Base32 (RFC 4648, section 6) in lower case: no 0, 1, 8 or 9 to take for a letter. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * New recovery codes in place of all earlier ones. They are shown this once: what is stored are hashes.
 *
 * @throws AuthError "ForbiddenError" without a factor that they could stand in for; "TooManyRequests".
 */
export async function renewRecoveryCodes(userId: string, client: ClientInfo): Promise<string[]> {
  await admitChange("recovery-codes", userId);
  const codes = Array.from({ length: codesAtOnce }, newCode);
  const isDone = await transaction(async (tx) => {
    const hasMain = (await lockOwner(tx, userId)) && (await kindsIn(tx, userId)).some(isMain);
    if (hasMain) await replaceCodes(tx, userId, codes.map(hashOf));
    return hasMain;
  });
  if (!isDone) throw new AuthError("ForbiddenError", { detail: "Set a second factor first." });
  await emit({ event: "authn_recovery_codes_renewed", outcome: "success", userId, client });
  return codes.map(inGroups);
}

/** Checks a code as its user has typed it: case, spaces and dashes do not matter. */
export function recoveryCodeCheck(typed: string): AnswerCheck {
  const hash = hashOf(typed.toLowerCase().replace(/[\s-]/g, ""));
  return async (tx, userId) =>
    (await hasCode(tx, userId, hash)) ? (inSession) => deleteCode(inSession, userId, hash) : "wrong";
}

function newCode(): string {
  return Array.from(randomBytes(codeCharacters), (byte) => alphabet[byte % alphabet.length]).join("");
}

function inGroups(code: string): string {
  return (code.match(new RegExp(`.{${groupCharacters}}`, "g")) ?? []).join("-");
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("base64url");
}
