import { createHash } from "node:crypto";
import { emit } from "../events.js";
import type { PasswordCheck } from "../password-checks.js";
import { isInRange, UnusableAnswer } from "./breach-range.js";
import { breachRanges, NotAsked } from "./breach-ranges.js";
import { hibpUrl } from "./config.js";

declare module "../events.js" {
  interface EventNames {
    authn_password_breach_check_fail: true;
  }
}

const prefixCharacters = 5;
const tellEveryMs = 60 * 1000;
const refusal =
  "This password is known from a data breach, of this site or another: attackers try those. Use a new one.";

/** Refuses passwords that the service at HIBP_URL knows from data breaches (NIST SP 800-63B-4, ASVS 6.2.12). */
export const isNotBreached: PasswordCheck = breachCheck(hibpUrl);

/**
 * A check that asks the service at `url` (none: null). It lets the password pass, with an event, when the answer can't
 * be had: an outage there must not end signups here.
 *
 * `clockMs` counts milliseconds from anywhere, and is never set back.
 */
export function breachCheck(
  url: string | null,
  clockMs: () => number = () => performance.now(),
): (...asked: Parameters<PasswordCheck>) => Promise<string | null> {
  if (url === null) return () => Promise.resolve(null);
  const rangeOf = breachRanges(url, clockMs);
  let tellAgainMs = Number.NEGATIVE_INFINITY;

  /** An outage is one line a minute, and nothing in it that tells one password from another. */
  async function tell(error: unknown): Promise<void> {
    if (clockMs() < tellAgainMs) return;
    tellAgainMs = clockMs() + tellEveryMs;
    await emit({ event: "authn_password_breach_check_fail", outcome: "failure", reason: reasonOf(error) });
  }

  return async (password) => {
    try {
      const hash = hashOf(password);
      const range = await rangeOf(hash.slice(0, prefixCharacters));
      return isInRange(range, hash.slice(prefixCharacters)) ? refusal : null;
    } catch (error) {
      await tell(error);
      return null;
    }
  };
}

/**
 * Of the one form that every spelling is compared in at login, and that nearly every breach list holds. Asking for the
 * password as typed too would give the service two prefixes of one password: together they nearly name it.
 */
function hashOf(password: string): string {
  return createHash("sha1").update(password.normalize("NFC"), "utf8").digest("hex").toUpperCase();
}

/** Fixed sentences: the text of a network error can hold the prefix. */
function reasonOf(error: unknown): string {
  if (error instanceof UnusableAnswer || error instanceof NotAsked) return error.message;
  const { name } = (error ?? {}) as { name?: unknown };
  return name === "TimeoutError" ? "It did not answer within a second." : "It could not be reached.";
}
