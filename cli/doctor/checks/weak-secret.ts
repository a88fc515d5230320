import { withoutComments } from "../../project/sources/source-imports.js";
import type { Check, Checkup, Finding } from "../checkup.js";
import { isTest, lineAt, lineOfKey } from "../code/locate.js";
import { knownSecrets, type Secret, secretsOf } from "../deploy/secrets.js";

const fix = "put a fresh one there: openssl rand -base64 32";
const usual = /change.?me|your.?secret|placeholder|secret.?key|super.?secret|^password|example|^test/i;
const text = "(?:[\"'][^\"']|`[^`$])";
const secretLike = "\\w*(?:SECRET|PEPPER|ENCRYPTION_KEY)\\w*";

/** `process.env.APP_SECRET ?? "dev"`, and `const { APP_SECRET = "dev" } = process.env` */
function defaultsOf(names: readonly string[]): RegExp[] {
  const name = `(${[secretLike, ...names].join("|")})`;
  return [
    `process\\.env(?:\\.|\\[["'])${name}(?:["']\\])?\\s*(?:\\?\\?=?|\\|\\|=?|=(?!=))\\s*${text}`,
    `\\b${name}(?<=\\{[^{}]*)\\s*(?::\\s*\\w+\\s*)?=\\s*${text}(?=[^{}]*\\}\\s*=\\s*process\\.env\\b(?!\\.))`,
  ].map((pattern) => new RegExp(pattern, "g"));
}

/** A secret that is short, the same as another, easy to guess, or has a default in the code. */
export const weakSecret: Check = {
  name: "weak-secret",
  run: (checkup) => {
    const secrets = secretsOf(checkup);
    return [...secrets.flatMap((secret) => weakness(secret, secrets)), ...fallbacks(checkup)];
  },
};

function weakness({ name, value, file, known }: Secret, all: readonly Secret[]): Finding[] {
  const found = (what: string, why: string): Finding[] => [
    { level: "unsafe", file: file.path, line: lineOfKey(file.text, name), what: `${name} ${what}`, why, fix },
  ];
  const { least, weak = "it can be found by trying" } = known;
  if (Buffer.byteLength(value) < least) return found(`is shorter than ${least} bytes`, weak);
  if (new Set(value).size < 8 || usual.test(value)) {
    return found("is easy to guess", "lists of usual secrets are the first thing that is tried");
  }
  const twin = all.find((other) => other.name < name && other.value === value && other.file === file);
  return twin ? found(`is the same as ${twin.name}`, "when one of the two gets out, both have") : [];
}

function fallbacks(checkup: Checkup): Finding[] {
  const { sources, record } = checkup;
  const defaults = defaultsOf([...knownSecrets(checkup).keys()]);
  return sources
    .filter(({ path, text }) => text.includes("process.env") && !isTest(path, record))
    .flatMap(({ path, text }) => {
      const code = withoutComments(text);
      const found = defaults.flatMap((pattern) => [...code.matchAll(pattern)]);
      return found.map(
        (match): Finding => ({
          level: "unsafe",
          file: path,
          line: lineAt(code, match.index),
          what: `${match[1]} has a default in the code`,
          why: whyDefault(match[1]!),
          fix: "take the default out: a server without its secret must not start",
        }),
      );
    });
}

function whyDefault(name: string): string {
  const does = new RegExp(`^${secretLike}$`).test(name) ? "signs tokens" : "takes its place";
  return `where the variable is missing, a secret that everybody can read ${does}`;
}
