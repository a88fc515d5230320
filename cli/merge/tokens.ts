import type { File } from "@babel/types";
import { parseSource, walk } from "../edits/syntax.js";
import { attempt } from "../text/attempt.js";

/** A token with the layout around it. Tokens of the same key mean the same, however they are laid out. */
export interface Token {
  readonly key: string;
  readonly text: string;
  /** White space in front of it, and a parenthesis that counts as layout. */
  readonly before: string;
  /** What formatters add and take away behind it: a semicolon, a trailing comma, such a parenthesis. */
  readonly after: string;
  readonly kind: "string" | "line-comment" | "other";
}

/** A source as tokens. `end` is the white space behind the last one. */
export interface Tokens {
  readonly list: readonly Token[];
  readonly end: string;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly type: string | { readonly label: string };
  readonly value: unknown;
}

const closers = new Set([")", "]", "}", ">"]);

/**
 * The tokens of a TypeScript or JavaScript text, or null where it can't be read. With `looseParens`, parentheses around
 * an expression count as layout: formatters put them there to break a line.
 */
export function tokensOf(source: string, path: string, looseParens: boolean): Tokens | null {
  const file = attempt(() => parseSource(source, path, { tokens: true }));
  if (file === null) return null;
  const pieces = (file.tokens ?? []) as readonly Piece[];
  const parens = looseParens ? parensIn(file, source, pieces) : new Set<number>();
  const list: Token[] = [];
  let from = 0;
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (/\S/.test(source.slice(at, piece.start))) return null;
    if (piece.end === piece.start) continue;
    at = piece.end;
    const loose = parens.has(piece.start);
    if (loose && source[piece.start] === "(") continue;
    const previous = list.at(-1);
    if (previous && (loose || isOptional(pieces, index, source)))
      list[list.length - 1] = { ...previous, after: previous.after + source.slice(from, at) };
    else list.push(token(piece, source.slice(piece.start, at), source.slice(from, piece.start)));
    from = at;
  }
  return { list, end: source.slice(at) };
}

/** Where the parentheses around expressions stand. */
function parensIn(file: File, source: string, pieces: readonly Piece[]): ReadonlySet<number> {
  const closing = pieces.filter(({ start, type }) => typeof type !== "string" && source[start] === ")");
  const found = new Set<number>();
  walk(file.program, (node) => {
    const open = node.extra?.["parenStart"];
    const close = closing.find(({ start }) => start >= node.end!);
    if (typeof open === "number" && close) found.add(open).add(close.start);
  });
  return found;
}

function token(piece: Piece, text: string, before: string): Token {
  const whole = { text, before, after: "" };
  if (typeof piece.type === "string") {
    const key = `c:${text.replace(/\s*\n\s*\*?\s*/g, " ").replace(/\s+/g, " ")}`;
    return { ...whole, key, kind: piece.type === "CommentLine" ? "line-comment" : "other" };
  }
  if (piece.type.label === "string") return { ...whole, key: `s:${String(piece.value)}`, kind: "string" };
  return { ...whole, key: text, kind: "other" };
}

function isOptional(pieces: readonly Piece[], index: number, source: string): boolean {
  const piece = pieces[index]!;
  const text = source.slice(piece.start, piece.end);
  if (typeof piece.type === "string" || !["punctuator", ";", ","].includes(piece.type.label)) return false;
  if (text === ";") return true;
  if (text !== ",") return false;
  const next = pieces.slice(index + 1).find(({ type }) => typeof type !== "string");
  return next !== undefined && closers.has(source.slice(next.start, next.end));
}
