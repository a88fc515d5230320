const mark = "\uFEFF";

/** Whether a text begins with a byte order mark. */
export function hasMark(text: string): boolean {
  return text.startsWith(mark);
}

/** A text without the byte order mark that it may begin with. */
export function withoutMark(text: string): string {
  return hasMark(text) ? text.slice(mark.length) : text;
}

/** A text with a byte order mark before it; one that has it stays as it is. */
export function withMark(text: string): string {
  return mark + withoutMark(text);
}

/** A new text for a file: with a byte order mark where the file begins with one. */
export function withMarkOf(file: string | null, text: string): string {
  return file !== null && hasMark(file) ? withMark(text) : text;
}
