import type { AuthEvent } from "./events.js";

/** One line an event; JSON escapes whatever could break the line. */
export function writeJsonLine({ client, ...event }: AuthEvent): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...event, ...client })}\n`);
}
