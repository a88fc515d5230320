import { diffArrays } from "diff";
import { inShapeOf, joinLines, splitLines } from "../text/text-lines.js";
import { adapt, habitsOf } from "./habits.js";
import { isCode, sameMeaning } from "./same-meaning.js";
import { type Token, type Tokens, tokensOf } from "./tokens.js";

/** How freely the layout is followed; where one is not the same program, the next is. */
interface Style {
  /** New tokens follow the habits of the layout. */
  readonly adapted: boolean;
  /** Where the code around a token is new, the line breaks of the code count. */
  readonly breaks: boolean;
  /** Commas at the end of a list follow the layout; none may stand behind a rest parameter. */
  readonly commas: boolean;
}

const styles: readonly Style[] = [
  { adapted: true, breaks: false, commas: true },
  { adapted: true, breaks: true, commas: true },
  { adapted: true, breaks: true, commas: false },
  { adapted: false, breaks: true, commas: true },
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

function blend(code: Tokens, layout: Tokens, { adapted, breaks, commas }: Style): string {
  const [theirs, yours] = [habitsOf(code), habitsOf(layout)];
  const tokens: Token[] = [];
  let at = 0;
  let known = 0;
  let replaced: readonly Token[] = [];
  let isNew = false;
  for (const run of whole(diffArrays(keysOf(layout), keysOf(code)))) {
    const { length } = run.value;
    const old = run.added ? [] : layout.list.slice(known, known + length);
    const own = run.removed ? [] : code.list.slice(at, at + length);
    if (run.added) tokens.push(...inPlaceOf(replaced, adapted ? own.map((token) => adapt(token, theirs, yours)) : own));
    else if (!run.removed) tokens.push(...keep(old, own, breaks || known === 0, isNew));
    replaced = run.removed ? old : [];
    isNew = run.added;
    at += own.length;
    known += old.length;
  }
  const texts = tokens.map((token, index) => {
    const own = code.list[index]!.after;
    const after = commas || own.includes(",") ? token.after : token.after.replaceAll(",", "");
    return print({ ...token, after }, tokens[index - 1], tokens[index + 1], own);
  });
  return texts.join("") + layout.end;
}

interface Run {
  readonly value: readonly string[];
  readonly added: boolean;
  readonly removed: boolean;
}

const closing = new Set([")", "]", "}", ">", ","]);

/**
 * Runs that hold both brackets of what was added or taken away: of `{ a, ...(b && { c }) }` a comparison of tokens may take
 * the first `}` for the one that was there, and its layout with it.
 */
function whole(runs: readonly Run[]): Run[] {
  const slid: Run[] = [];
  for (const run of runs) {
    const [first, kept] = slid.slice(-2);
    const isSplit = first && kept && isChange(first) && !isChange(kept) && first.added === run.added && isChange(run);
    if (isSplit && kept.value.every((key) => closing.has(key)) && endsWith(run.value, kept.value)) {
      const all = [...first.value, ...kept.value, ...run.value];
      slid.splice(-2, 2, { ...first, value: all.slice(0, -kept.value.length) }, kept);
    } else slid.push(run);
  }
  return slid;
}

function isChange({ added, removed }: Run): boolean {
  return added || removed;
}

function endsWith(keys: readonly string[], end: readonly string[]): boolean {
  return keys.length >= end.length && keys.slice(-end.length).every((key, index) => key === end[index]);
}

/** Tokens that stay, as they are laid out. The first one has new neighbours. */
function keep(old: readonly Token[], own: readonly Token[], breaks: boolean, afterNew: boolean): readonly Token[] {
  const [first, ...rest] = old;
  const before = own[0]?.before ?? "";
  const isGlued = afterNew && before === "" && first !== undefined && !closing.has(first.key);
  const isBroken = breaks && first !== undefined && !first.before.includes("\n") && before.includes("\n");
  return first && (isGlued || isBroken) ? [{ ...first, before }, ...rest] : old;
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

/** What would go on with a statement that no semicolon ends. */
const goesOnUnasked = /^[[(`+\-/]/;

/**
 * Keeps a token apart from its new neighbours, ends no statement in front of its rest, and each in front of what would go
 * on with it. `own` is what stands behind it in the code.
 */
function print(
  { text, before, after }: Token,
  previous: Token | undefined,
  next: Token | undefined,
  own: string,
): string {
  const goesOn = next !== undefined && !isComment(next) && continues.test(next.text);
  const tail = goesOn ? after.replace(next.text === "," ? /[;,]/g : /;/g, "") : after;
  const isOpen =
    own.includes(";") && !tail.includes(";") && next !== undefined && goesOnUnasked.test(next.text) && !isComment(next);
  return spaceBetween(previous, before, text) + text + tail + (isOpen ? ";" : "");
}

function isComment({ key }: Token): boolean {
  return key.startsWith("c:");
}

function spaceBetween(previous: Token | undefined, before: string, text: string): string {
  if (previous?.kind === "line-comment" && !before.includes("\n")) return `\n${before}`;
  const glued = previous && before === "" && previous.after === "" && /[\w$]$/.test(previous.text);
  return glued && /^(\w|\$(?!\{))/.test(text) ? " " : before;
}
