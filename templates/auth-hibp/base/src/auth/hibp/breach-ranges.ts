import { type BreachRange, requestRange } from "./breach-range.js";
import { circuitBreaker } from "./circuit-breaker.js";

/** About 40 KB each. What is kept are prefixes and public lists: no password, and no whole hash of one that was asked for. */
const mostKept = 100;
const keepMs = 60 * 60 * 1000;
const mostAtOnce = 50;
const failuresInARow = 5;
const pauseMs = 60 * 1000;

/** Thrown instead of asking. The message is for the log: a fixed sentence. */
export class NotAsked extends Error {}

interface Kept {
  range: Promise<BreachRange>;
  untilMs: number;
}

/**
 * A source of ranges that remembers answers for an hour, asks once for many who want the same, asks only so many
 * questions at once, and stops asking for a minute after five failures in a row.
 *
 * @returns a function that takes a prefix and gives its range. It throws NotAsked, and what `requestRange` throws.
 */
export function breachRanges(url: string, clockMs: () => number): (prefix: string) => Promise<BreachRange> {
  const kept = new Map<string, Kept>();
  const breaker = circuitBreaker({ failures: failuresInARow, pauseMs, clockMs });
  let asking = 0;

  async function ask(prefix: string): Promise<BreachRange> {
    asking += 1;
    try {
      const range = await requestRange(url, prefix);
      breaker.succeeded();
      return range;
    } catch (error) {
      breaker.failed();
      kept.delete(prefix);
      throw error;
    } finally {
      asking -= 1;
    }
  }

  /** The one that nobody has wanted for longest comes first. */
  function keep(prefix: string, entry: Kept): Promise<BreachRange> {
    kept.delete(prefix);
    kept.set(prefix, entry);
    for (const [oldest] of kept) if (kept.size > mostKept) kept.delete(oldest);
    return entry.range;
  }

  return async (prefix) => {
    const known = kept.get(prefix);
    if (known && known.untilMs > clockMs()) return keep(prefix, known);
    if (asking >= mostAtOnce) throw new NotAsked("Too many passwords were being checked at once.");
    if (!breaker.allows()) throw new NotAsked("It is left alone for a minute, after failures in a row.");
    return keep(prefix, { range: ask(prefix), untilMs: clockMs() + keepMs });
  };
}
