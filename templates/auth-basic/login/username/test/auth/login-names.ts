// What a test knows of the names that people log in with.

/** A name that has `word` in it. */
export function nameWith(word: string): string {
  return word;
}

/** Other spellings of the name, that log in too. */
export function spellingsOf(name: string): string[] {
  return [name.toUpperCase(), name.replace("a", "\uff41")];
}

/** What is refused, and why. */
export const notNames: Record<string, string> = {
  empty: "",
  "a space": " ",
  "a space within": "a b",
  "a no-break space": "a\u00a0b",
  "a tab": "a\tb",
  "a zero-width space": "a\u200bb",
  "a zero-width joiner": "a\u200db",
  "a soft hyphen": "a\u00adb",
  "a change of direction": "a\u202eb",
  "a byte order mark": "\ufeffab",
  "a Hangul filler": "a\u3164b",
  "a grapheme joiner": "a\u034fb",
  "half of a character": "a\ud83d",
  "65 characters": "a".repeat(65),
  "64 characters that are more when composed": "\ufb03".repeat(64),
};

/** What is taken as it is. */
export const possibleNames = [
  "x",
  "🦊".repeat(64),
  "名前",
  "o'brien;--",
  "josé",
  "a.b_c-d@e",
  "1",
  "__proto__",
  "constructor",
];

/** Two that are one name. */
export const twins: readonly (readonly [string, string])[] = [
  ["straße", "STRASSE"],
  ["ΣΑΣ", "σας"],
  ["große", "GROẞE"],
  ["ǆabc", "Ǆabc"],
  ["ﬁsh", "FISH"],
  ["kelvin-kå", "\u212aelvin-kå"],
  ["ring-kå", "RING-ka\u030a"],
  ["wide-k", "wide-\uff4b"],
];

/** What is typed, and what is kept of it. */
export const kept: readonly (readonly [string, string])[] = [["\uff21\uff24\uff21\u2460", "ADA1"]];
