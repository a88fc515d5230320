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
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** The result of a command, for a program to read. */
export function jsonResult(value: unknown): void {
  result(JSON.stringify(value, null, 2));
}

/** Something that a person should know, whatever else happens. */
export function notice(line: string): void {
  process.stderr.write(`authwright: ${line}\n`);
}
