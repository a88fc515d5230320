const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command of authwright as a person types it into a shell. */
export function commandLine(words: readonly string[]): string {
  return ["npx", "authwright", ...words].map(quote).join(" ");
}

/** One word of a command, for POSIX shells: quoted where it has to be. */
export function quote(word: string): string {
  return plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `--flag value` for each that has a value. */
export function flagWords(values: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
}
