import { diffArrays } from "diff";
import { adapt, habitsOf } from "./habits.js";
import { isCode, sameMeaning } from "./same-meaning.js";
import { inShapeOf, joinLines, splitLines } from "./text-lines.js";
import { type Token, type Tokens, tokensOf } from "./tokens.js";

/** How freely the layout is followed; where one is not the same program, the next is. */
interface Style {
  /** New tokens follow the habits of the layout. */
  readonly adapted: boolean;
  /** Where the code around a token is new, the line breaks of the code count. */
  readonly breaks: boolean;
}

const styles: readonly Style[] = [
  { adapted: true, breaks: false },
  { adapted: true, breaks: true },
  { adapted: false, breaks: true },
];

/**
 * The code of one text in the layout of another: tokens that both have stand as they do in `layout`, the others as a
 * person with the habits of `layout` would write them. Null where the result would not be the same program.
 */
export function relayout(code: string, layout: string, path: string): string | null {
  for (const looseParens of [true, false]) {
    const from = tokensOf(code, path, looseParens);
    const into = tokensOf(layout, path, looseParens);
    if (!from || !into) return null;
    const texts = styles.map((style) => blend(from, into, style));
    const same = texts.find((text) => sameMeaning(text, code, path) && sameTokens(text, from, path, looseParens));
    if (same !== undefined) return same;
  }
  return null;
}

/** A text in the layout of another, or as it is where that can't be followed; line ends and byte order mark are the other's. */
export function inLayoutOf(text: string, layout: string, path: string): string {
  const { lines, closed } = splitLines(text);
  const plain = joinLines(lines);
  const laid = isCode(path) ? relayout(plain, joinLines(splitLines(layout).lines), path) : null;
  return inShapeOf(laid === null ? lines : splitLines(laid).lines, layout, closed);
}

function sameTokens(text: string, { list }: Tokens, path: string, looseParens: boolean): boolean {
  const now = tokensOf(text, path, looseParens)?.list ?? [];
  return now.length === list.length && now.every(({ key }, index) => key === list[index]!.key);
}

function blend(code: Tokens, layout: Tokens, { adapted, breaks }: Style): string {
  const [theirs, yours] = [habitsOf(code), habitsOf(layout)];
  const tokens: Token[] = [];
  let at = 0;
  let known = 0;
  let replaced: readonly Token[] = [];
  for (const run of diffArrays(keysOf(layout), keysOf(code))) {
    const { length } = run.value;
    const old = run.added ? [] : layout.list.slice(known, known + length);
    const own = run.removed ? [] : code.list.slice(at, at + length);
    if (run.added) tokens.push(...inPlaceOf(replaced, adapted ? own.map((token) => adapt(token, theirs, yours)) : own));
    else if (!run.removed) tokens.push(...keep(old, own, breaks || known === 0));
    replaced = run.removed ? old : [];
    at += own.length;
    known += old.length;
  }
  return `${tokens.map((token, index) => print(token, tokens[index - 1], tokens[index + 1])).join("")}${layout.end}`;
}

/** Tokens that stay, as they are laid out. The first one has new neighbours. */
function keep(old: readonly Token[], own: readonly Token[], breaks: boolean): readonly Token[] {
  const [first, ...rest] = old;
  const before = own[0]?.before ?? "";
  if (!breaks || !first || first.before.includes("\n") || !before.includes("\n")) return old;
  return [{ ...first, before }, ...rest];
}

/** Tokens that replace others take the space around those: one by one where they are as many, else at both ends. */
function inPlaceOf(old: readonly Token[], own: readonly Token[]): Token[] {
  if (old.length === 0) return [...own];
  if (old.length === own.length)
    return own.map((token, index) => ({ ...token, before: old[index]!.before, after: old[index]!.after }));
  return own.map((token, index) => ({
    ...token,
    ...(index === 0 && { before: old[0]!.before }),
    ...(index === own.length - 1 && { after: old.at(-1)!.after }),
  }));
}

function keysOf({ list }: Tokens): string[] {
  return list.map(({ key }) => key);
}

/** What can only go on with a statement, never begin one: no semicolon stands in front of it. */
const continues = /^(?!\+\+|--)([)\],.?:|&=+\-*/%<>^]|\$\{|(instanceof|in|as|satisfies)$)/;

/** Keeps a token apart from its new neighbours, and ends no statement in front of its rest. */
function print({ text, before, after }: Token, previous: Token | undefined, next: Token | undefined): string {
  const goesOn = next !== undefined && !next.key.startsWith("c:") && continues.test(next.text);
  const tail = goesOn ? after.replace(next.text === "," ? /[;,]/g : /;/g, "") : after;
  return spaceBetween(previous, before, text) + text + tail;
}

function spaceBetween(previous: Token | undefined, before: string, text: string): string {
  if (previous?.kind === "line-comment" && !before.includes("\n")) return `\n${before}`;
  const glued = previous && before === "" && previous.after === "" && /[\w$]$/.test(previous.text);
  return glued && /^(\w|\$(?!\{))/.test(text) ? " " : before;
}
