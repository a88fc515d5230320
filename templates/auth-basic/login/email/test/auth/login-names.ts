// What a test knows of the names that people log in with.

/** A name that has `word` in it. */
export function nameWith(word: string): string {
  return `${word}@example.org`;
}

/** Other spellings of the name, that log in too. */
export function spellingsOf(name: string): string[] {
  return [name.toUpperCase(), name.replace("example", "\uff45xample")];
}

const longDomain = `${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.org`;

/** What is refused, and why. */
export const notNames: Record<string, string> = {
  empty: "",
  "no at sign": "ada",
  "nothing behind the at sign": "ada@",
  "nothing before the at sign": "@example.org",
  "a space": "a b@example.org",
  "two addresses": "ada@example.org,eve@example.org",
  "a display name": "Ada <ada@example.org>",
  "a quoted local part": '"ada"@example.org',
  "an address literal": "ada@[192.0.2.1]",
  "a number for a domain": "ada@192.0.2.1",
  "no top level": "ada@localhost",
  "a line break": "ada@example.org\r\nBcc: eve@example.org",
  "letters of other scripts before the at sign": "адa@example.org",
  "an empty label": "ada@example..org",
  "a dot at the end": "ada@example.org.",
  "a dot of another script": "ada@example\u3002org",
  "a full-width dot": "ada@example\uff0eorg",
  "a number that is folded to one with a dot": "ada@\u2488example.org",
  "a hyphen at the end of a label": "ada@example-.org",
  "a zero-width joiner": "ada@exa\u200dmple.org",
  "a soft hyphen": "ada@exa\u00admple.org",
  "a change of direction": "ada@exa\u202emple.org",
  "letters of both directions in a label": "ada@a\u05d0b.org",
  "punycode of nothing": "ada@xn--zzzzzz.org",
  "half of a character": "ada@exa\ud83dmple.org",
  "a local part of 65 characters": `${"a".repeat(65)}@example.org`,
  "255 characters": `${"a".repeat(65)}@${longDomain}`,
  "a label that is too long in ASCII": `ada@${"ü".repeat(60)}.org`,
};

/** What is taken as it is. */
export const possibleNames = [
  "x@example.org",
  "o'brien+tag@Example.ORG",
  "__proto__@example.org",
  "ada@bücher.example",
  "ada@xn--bcher-kva.example.org",
  "ada@例え.テスト",
  "ada@אבג.example",
  `${"a".repeat(64)}@${longDomain}`,
];

/** Two that are one name. */
export const twins: readonly (readonly [string, string])[] = [
  ["Case@example.org", "cASE@EXAMPLE.org"],
  ["ada@straße.example", "ADA@STRAßE.example"],
  ["ada@mücke.example", "ada@xn--mcke-0ra.example"],
  ["ada@größe.example", "ada@gro\u0308ße.example"],
  ["ada@kelvin.example", "ada@\u212aelvin.example"],
  ["ada@wide.example", "ada@\uff57ide.example"],
  ["ada@fish.example", "ada@\ufb01sh.example"],
];

/** What is typed, and what is kept of it. */
export const kept: readonly (readonly [string, string])[] = [
  ["Ada@Example.ORG", "Ada@Example.ORG"],
  ["Ada@Käse.Example", "Ada@Käse.Example"],
];
