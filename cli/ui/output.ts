import { wrappedFor } from "./wrap.js";

/** The global flags that decide what is said. */
export interface Voice {
  readonly json: boolean;
  readonly silent: boolean;
  readonly verbose: boolean;
}

/** A step that takes a while: on stderr, for a person who watches. */
export function progress(line: string, { json, silent }: Voice): void {
  if (process.stderr.isTTY && !json && !silent) process.stderr.write(`${line} ...\n`);
}

/** The result of a command: on stdout. */
export function result(text: string): void {
  const lines = wrappedFor(process.stdout, text);
  process.stdout.write(lines.endsWith("\n") ? lines : `${lines}\n`);
}

/** The result of a command, for a program to read. */
export function jsonResult(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Something that a person should know, whatever else happens. */
export function notice(line: string): void {
  process.stderr.write(`${wrappedFor(process.stderr, `authwright: ${line}`)}\n`);
}
