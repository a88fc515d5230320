import type { Token, Tokens } from "./tokens.js";

/** How somebody lays code out, as far as new lines can follow it. */
export interface Habits {
  readonly indent: string | null;
  readonly quote: '"' | "'" | null;
  readonly semicolons: boolean;
}

/** The habits that a text shows. */
export function habitsOf({ list }: Tokens): Habits {
  return { indent: indentOf(list), quote: quoteOf(list), semicolons: list.some(({ after }) => after.includes(";")) };
}

/** A token of somebody else's as a person with these habits would write it. */
export function adapt(token: Token, theirs: Habits, yours: Habits): Token {
  const after = yours.semicolons ? token.after : token.after.replace(/\s*;/g, "");
  return { ...token, after, text: requote(token, yours.quote), before: reindent(token.before, theirs, yours) };
}

function reindent(before: string, theirs: Habits, yours: Habits): string {
  const from = theirs.indent;
  const to = yours.indent;
  if (from === null || to === null || from === to || !before.includes("\n")) return before;
  const start = before.lastIndexOf("\n") + 1;
  const old = before.slice(start);
  const levels = Math.floor(old.length / from.length);
  return before.slice(0, start) + to.repeat(levels) + old.slice(levels * from.length);
}

function requote({ kind, text }: Token, quote: Habits["quote"]): string {
  if (kind !== "string" || quote === null || /['"\\]/.test(text.slice(1, -1))) return text;
  return quote + text.slice(1, -1) + quote;
}

/** One level: a tab, or the smallest step of spaces. */
function indentOf(list: readonly Token[]): string | null {
  const indents = list.map(({ before }) => /\n([\t ]+)$/.exec(before)?.[1] ?? "").filter((indent) => indent !== "");
  if (indents.length === 0) return null;
  if (indents.filter((indent) => indent.startsWith("\t")).length * 2 > indents.length) return "\t";
  const widths = indents.map(({ length }) => length).filter((length) => length > 1);
  return widths.length === 0 ? null : " ".repeat(Math.min(...widths));
}

function quoteOf(list: readonly Token[]): '"' | "'" | null {
  const strings = list.filter(({ kind }) => kind === "string");
  if (strings.length === 0) return null;
  const single = strings.filter(({ text }) => text.startsWith("'")).length;
  return single * 2 > strings.length ? "'" : '"';
}
