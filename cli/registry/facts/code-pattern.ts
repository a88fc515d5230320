/**
 * Finds each of these pieces of code, in a text with its layout or without: blanks, the kind of quotes, and a comma before
 * a closing bracket make no difference. It takes time in proportion to the text.
 */
export function patternOf(code: readonly string[]): RegExp {
  return new RegExp(code.map(patternOfOne).join("|"), "g");
}

function patternOfOne(code: string): string {
  const tokens = code.match(/[\w$]+|[^\s\w$]/g) ?? [];
  const isWord = (token: string | undefined) => /^[\w$]/.test(token ?? "");
  const spelled = tokens.map((token, at) => {
    const before = tokens[at - 1];
    const gap = at === 0 ? "" : isWord(before) && isWord(token) ? "\\s+" : "\\s*";
    return gap + (/[)\]}]/.test(token) && before !== "," ? `(?:,\\s*)?\\${token}` : escaped(token));
  });
  const [start, end] = [isWord(tokens[0]) ? "(?<![\\w$])" : "", isWord(tokens.at(-1)) ? "(?![\\w$])" : ""];
  return start + spelled.join("") + end;
}

function escaped(token: string): string {
  return /["'`]/.test(token) ? "[\"'`]" : token.replace(/[^\w]/g, "\\$&");
}
