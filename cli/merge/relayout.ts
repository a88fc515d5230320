import { diffArrays } from "diff";
import { adapt, habitsOf } from "./habits.js";
import { sameMeaning } from "./same-meaning.js";
import { type Token, type Tokens, tokensOf } from "./tokens.js";

/**
 * The code of one text in the layout of another: tokens that both have stand as they do in `layout`, the others as a
 * person with the habits of `layout` would write them. Null where the result would not be the same program.
 */
export function relayout(code: string, layout: string, path: string): string | null {
  for (const looseParens of [true, false]) {
    const from = tokensOf(code, path, looseParens);
    const into = tokensOf(layout, path, looseParens);
    if (!from || !into) return null;
    const texts = [true, false].map((adapted) => blend(from, into, adapted));
    const same = texts.find((text) => sameMeaning(text, code, path) && sameTokens(text, from, path, looseParens));
    if (same !== undefined) return same;
  }
  return null;
}

function sameTokens(text: string, { list }: Tokens, path: string, looseParens: boolean): boolean {
  const now = tokensOf(text, path, looseParens)?.list ?? [];
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

/** Keeps a token apart from its new neighbours, and ends no statement in front of its rest. */
function print({ text, before, after }: Token, previous: Token | undefined, next: Token | undefined): string {
  const goesOn = next !== undefined && /^([)\],.?:|&=]|\$\{)/.test(next.text);
  const tail = goesOn ? after.replace(next.text === "," ? /[;,]/g : /;/g, "") : after;
  return spaceBetween(previous, before, text) + text + tail;
}

function spaceBetween(previous: Token | undefined, before: string, text: string): string {
  if (previous?.kind === "line-comment" && !before.includes("\n")) return `\n${before}`;
  const glued = previous && before === "" && previous.after === "" && /[\w$]$/.test(previous.text);
  return glued && /^(\w|\$(?!\{))/.test(text) ? " " : before;
}
