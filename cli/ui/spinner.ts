import type { Voice } from "./output.js";
import { speaksUnicode, tick } from "./terminal.js";

const everyMs = 100;

/** Shows that something is still at work, and for how many seconds, then that it is done. Only for a person who watches. */
export async function spinning<T>(label: string, { json, silent }: Voice, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY || json || silent) return work();
  const frames = speaksUnicode(process.env) ? "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" : "|/-\\";
  const startedAt = Date.now();
  const line = (sign: string) => `\r\u001B[K${sign} ${label} (${Math.floor((Date.now() - startedAt) / 1000)} s)`;
  let shown = 0;
  const show = () => process.stderr.write(line(frames[shown++ % frames.length]!));
  show();
  const timer = setInterval(show, everyMs);
  try {
    const result = await work();
    process.stderr.write(`${line(tick())}\n`);
    return result;
  } catch (error) {
    process.stderr.write("\r\u001B[K");
    throw error;
  } finally {
    clearInterval(timer);
  }
}
