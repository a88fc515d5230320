import { parseSource } from "../edits/syntax.js";

/** A token with the layout around it. Tokens of the same key mean the same, however they are laid out. */
export interface Token {
  readonly key: string;
  readonly text: string;
  /** White space in front of it. */
  readonly before: string;
  /** A semicolon or trailing comma behind it, which formatters add and take away. */
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

/** The tokens of a TypeScript or JavaScript text, or null where it can't be read. */
export function tokensOf(source: string, path: string): Tokens | null {
  let pieces: readonly Piece[];
  try {
    pieces = (parseSource(source, path, { tokens: true }).tokens ?? []) as readonly Piece[];
  } catch {
    return null;
  }
  const list: Token[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const before = source.slice(at, piece.start);
    if (/[^\s]/.test(before)) return null;
    if (piece.end === piece.start) continue;
    const text = source.slice(piece.start, piece.end);
    at = piece.end;
    const previous = list.at(-1);
    if (previous && isOptional(text, pieces, index, source))
      list[list.length - 1] = { ...previous, after: previous.after + before + text };
    else list.push(token(piece, text, before));
  }
  return { list, end: source.slice(at) };
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

function isOptional(text: string, pieces: readonly Piece[], index: number, source: string): boolean {
  const piece = pieces[index]!;
  if (typeof piece.type === "string" || !["punctuator", ";", ","].includes(piece.type.label)) return false;
  if (text === ";") return true;
  if (text !== ",") return false;
  const next = pieces.slice(index + 1).find(({ type }) => typeof type !== "string");
  return next !== undefined && closers.has(source.slice(next.start, next.end));
}
