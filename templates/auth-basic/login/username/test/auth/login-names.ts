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
  "a dot alone": ".",
  "two dots alone": "..",
  "two dots of one character": "\u2025",
  "a blank pattern of Braille": "a\u2800",
  "a note without a head": "a\u{1d159}",
  "a private character": "a\ue000",
  "a private character of a later plane": "a\u{100000}",
  "a character that is none": "a\u{10ffff}",
  "a character that is not assigned": "a\u0378",
  "a zero-width non-joiner": "a\u200cb",
  "a mark alone": "\u0301",
  "five marks on a letter": "a\u0315\u0300\u0316\u0301\u0317",
  "Latin and Cyrillic letters": "аda",
  "Latin and Greek letters": "adα",
  "Greek and Cyrillic letters": "αда",
  "Latin and Cherokee letters": "Ꭺda",
  "Japanese and Cyrillic letters": "名前а",
  "Kana and Hangul": "かな한글",
  "Bopomofo and Kana": "ㄅㄆかな",
  "digits of a script among letters of another": "ada\u0967",
  "a capital whose marks stand in another order in lower case": "\u1fcc\u0342",
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
  "...",
  "ada.東京カナかな",
  "ada漢ㄅㄆㄇ",
  "ada漢한글",
  "пример-1",
  "Ελλάδα",
  "हिन्दी",
  "ภาษาที่",
  "ꮳꮃꭹ",
  "タワー〆",
  "q\u0315\u0300\u0316\u0301",
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
