/** Neighbours on keyboards. Those of your users' own: add them. */
const rows = ["1234567890", "!@#$%^&*()", "qwertyuiop", "qwertz", "azerty", "asdfghjkl", "zxcvbnm"];
const bothWays = [...rows, ...rows.map((row) => [...row].reverse().join(""))];

/** What stands between words, or need not. */
const separators = /[\s\p{Pd}_.,:;/'@]/gu;

/** The text as those who guess see it: in lower case, without what separates words. */
export function bareText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(separators, "");
}

/** Whether it is a text of less than `characters`, twice or more. */
export function repeatsShorter(text: string, characters: number): boolean {
  const period = periodOf(text);
  return [...text.slice(0, period)].length < characters && period * 2 <= text.length;
}

/**
 * How many characters are left once repetitions are taken out, and what continues a row: of letters in the order of their
 * alphabet, of neighbours on a keyboard.
 */
export function countUnpredictable(text: string): number {
  const characters = [...text.slice(0, periodOf(text)).replace(/([\s\S])\1+/gu, "$1")];
  return characters.filter((_, at) => !continuesRow(characters.slice(Math.max(0, at - 2), at + 1))).length;
}

/** The length of the shortest text that yields this one when it is repeated, and perhaps cut off. */
function periodOf(text: string): number {
  let period = Math.min(1, text.length);
  while (!text.startsWith(text.slice(period))) period += 1;
  return period;
}

function continuesRow(three: readonly string[]): boolean {
  const [first, second, third] = three.map((character) => character.codePointAt(0) ?? 0);
  if (first === undefined || second === undefined || third === undefined) return false;
  return second - first === third - second || bothWays.some((row) => row.includes(three.join("")));
}
