import type { Check, Finding } from "../checkup.js";

const reasons: Readonly<Record<string, string>> = {
  ".env": "the next git add . takes the secrets along",
  ".data/": "the next git add . takes the accounts and their password hashes along",
};

/** `.env`, or the folder of the embedded database, that git does not ignore. */
export const notIgnored: Check = {
  name: "not-ignored",
  run: ({ git }) =>
    git.exposed.map(
      (path): Finding => ({
        level: git.known ? "unsafe" : "warning",
        file: ".gitignore",
        line: null,
        what: `${path} is not ignored`,
        why: reasons[path] ?? "it is not for everybody",
        fix: `add the line ${path} to .gitignore`,
      }),
    ),
};
