import { readClock } from "../store.js";

let clock = readClock;

/** The time that codes are of, in seconds since 1970: the database's, so that no server's own decides. */
export async function secondsNow(): Promise<number> {
  return (await clock()).getTime() / 1000;
}

/** Takes another clock. For tests. */
export function useClock(other: () => Promise<Date>): void {
  clock = other;
}
