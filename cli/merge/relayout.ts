import { diffArrays } from "diff";
import { adapt, habitsOf } from "./habits.js";
import { sameMeaning } from "./same-meaning.js";
import { type Token, type Tokens, tokensOf } from "./tokens.js";

/**
 * The code of one text in the layout of another: tokens that both have stand as they do in `layout`, the others as a
 * person with the habits of `layout` would write them. Null where the result would not be the same program.
 */
export function relayout(code: string, layout: string, path: string): string | null {
  const from = tokensOf(code, path);
  const into = tokensOf(layout, path);
  if (!from || !into) return null;
  const texts = [blend(from, into, true), blend(from, into, false)];
  return texts.find((text) => sameMeaning(text, code, path) && sameTokens(text, from, path)) ?? null;
}

function sameTokens(text: string, { list }: Tokens, path: string): boolean {
  const now = tokensOf(text, path)?.list ?? [];
  return now.length === list.length && now.every(({ key }, index) => key === list[index]!.key);
}

function blend(code: Tokens, layout: Tokens, adapted: boolean): string {
  const [theirs, yours] = [habitsOf(code), habitsOf(layout)];
  const tokens: Token[] = [];
  let at = 0;
  let known = 0;
  for (const run of diffArrays(keysOf(layout), keysOf(code))) {
    const { length } = run.value;
    if (!run.added && !run.removed) tokens.push(...layout.list.slice(known, known + length));
    if (run.added) {
      const own = code.list.slice(at, at + length);
      tokens.push(...(adapted ? own.map((token) => adapt(token, theirs, yours)) : own));
    }
    if (!run.removed) at += length;
    if (!run.added) known += length;
  }
  return `${tokens.map((token, index) => print(token, tokens[index - 1], tokens[index + 1])).join("")}${layout.end}`;
}

function keysOf({ list }: Tokens): string[] {
  return list.map(({ key }) => key);
}

/** Keeps a token apart from its new neighbours. */
function print({ text, before, after }: Token, previous: Token | undefined, next: Token | undefined): string {
  const tail = next?.key === "," ? after.replace(",", "") : after;
  return spaceBetween(previous, before, text) + text + tail;
}

function spaceBetween(previous: Token | undefined, before: string, text: string): string {
  if (previous?.kind === "line-comment" && !before.includes("\n")) return `\n${before}`;
  const glued = previous && before === "" && previous.after === "" && /[\w$]$/.test(previous.text);
  return glued && /^[\w$]/.test(text) ? " " : before;
}
