/** The line ending that most lines of a text use; "\n" where it has none. */
export function lineEnding(text: string): "\n" | "\r\n" {
  const all = text.split("\n").length - 1;
  const windows = text.split("\r\n").length - 1;
  return windows * 2 > all ? "\r\n" : "\n";
}

/** `text` with whole lines added at its end, in its own line ending, after closing its last line. */
export function appendLines(text: string, lines: readonly string[]): string {
  const eol = lineEnding(text);
  const open = /[^\r\n]$/.test(text) ? eol : "";
  return text + open + lines.map((line) => line + eol).join("");
}
