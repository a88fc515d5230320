import { clockSkewSeconds } from "./access-token.js";
import { tellHourly } from "./events.js";
import { readClock } from "./store.js";

const compareEveryMs = 60_000;

let dueAtMs = 0;

/** Tells, once an hour, when this process's clock and the database's are further apart than access tokens allow for. */
export async function compareClocks(): Promise<void> {
  if (performance.now() < dueAtMs) return;
  dueAtMs = performance.now() + compareEveryMs;
  const askedAt = Date.now();
  const seconds = secondsAhead(askedAt, (await readClock()).getTime(), Date.now());
  if (Math.abs(seconds) > clockSkewSeconds) void tellHourly("clock", isWrong(seconds));
}

/** How far the process is ahead: what the time that the answer took can't explain. */
function secondsAhead(askedAt: number, databaseMs: number, answeredAt: number): number {
  const ms = databaseMs < askedAt ? askedAt - databaseMs : Math.min(0, answeredAt - databaseMs);
  return Math.round(ms / 1000);
}

function isWrong(seconds: number): string {
  const side = seconds > 0 ? "ahead of" : "behind";
  return `The clock of this process is ${Math.abs(seconds)} s ${side} the database's: others refuse its access tokens, or take them too long`;
}
