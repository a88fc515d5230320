import { withoutComments } from "../../project/sources/source-imports.js";
import type { Check, Checkup, Finding } from "../checkup.js";
import { isTest, lineAt, lineOfKey } from "../code/locate.js";
import { type Secret, secretNames, secretsOf } from "../deploy/secrets.js";

const fix = "put a fresh one there: openssl rand -base64 32";
const usual = /change.?me|your.?secret|placeholder|secret.?key|super.?secret|^password|example|^test/i;
const text = "(?:[\"'][^\"']|`[^`$])";
const secretName = "(\\w*(?:SECRET|PEPPER|ENCRYPTION_KEY)\\w*)";
const fallback = new RegExp(
  `process\\.env(?:\\.|\\[["'])${secretName}(?:["']\\])?\\s*(?:\\?\\?=?|\\|\\|=?|=(?!=))\\s*${text}`,
  "g",
);
/** `const { JWT_SECRET_KEY = "dev" } = process.env` */
const taken = new RegExp(
  `(?<=\\{[^{}]*)\\b${secretName}\\s*(?::\\s*\\w+\\s*)?=\\s*${text}(?=[^{}]*\\}\\s*=\\s*process\\.env\\b(?!\\.))`,
  "g",
);

/** A secret that is short, the same as another, easy to guess, or has a default in the code. */
export const weakSecret: Check = {
  name: "weak-secret",
  run: (checkup) => {
    const secrets = secretsOf(checkup);
    return [...secrets.flatMap((secret) => weakness(secret, secrets)), ...fallbacks(checkup)];
  },
};

function weakness({ name, value, file }: Secret, all: readonly Secret[]): Finding[] {
  const found = (what: string, why: string): Finding[] => [
    { level: "unsafe", file: file.path, line: lineOfKey(file.text, name), what: `${name} ${what}`, why, fix },
  ];
  const least = secretNames[name]!;
  if (Buffer.byteLength(value) < least) {
    return found(`is shorter than ${least} bytes`, "it can be found by trying, and then anybody can sign tokens");
  }
  if (new Set(value).size < 8 || usual.test(value)) {
    return found("is easy to guess", "lists of usual secrets are the first thing that is tried");
  }
  const twin = all.find((other) => other.name < name && other.value === value && other.file === file);
  return twin ? found(`is the same as ${twin.name}`, "when one of the two gets out, both have") : [];
}

function fallbacks({ sources, record }: Checkup): Finding[] {
  return sources
    .filter(({ path }) => !isTest(path, record))
    .flatMap(({ path, text }) => {
      const code = withoutComments(text);
      return [...code.matchAll(fallback), ...code.matchAll(taken)].map(
        (match): Finding => ({
          level: "unsafe",
          file: path,
          line: lineAt(code, match.index),
          what: `${match[1]} has a default in the code`,
          why: "where the variable is missing, a secret that everybody can read signs tokens",
          fix: "take the default out: a server without its secret must not start",
        }),
      );
    });
}
