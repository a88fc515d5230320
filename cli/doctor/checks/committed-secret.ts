import type { Check, Checkup, Finding } from "../checkup.js";
import { lineAt, lineOfKey } from "../locate.js";
import { isInUse, secretsOf, telling } from "../secrets.js";

const why = "whoever can read the repository, now or in its history, can sign tokens and check passwords";

/** A secret in a file that git has or had, in the source, or in an example. */
export const committedSecret: Check = {
  name: "committed-secret",
  run: (checkup) => [...trackedFiles(checkup), ...inHistory(checkup), ...inSources(checkup)],
};

function trackedFiles(checkup: Checkup): Finding[] {
  return secretsOf(checkup)
    .filter(({ file }) => file.tracked)
    .map(({ name, file }) => ({
      level: "unsafe",
      file: file.path,
      line: lineOfKey(file.text, name),
      what: `${name} is committed to git`,
      why,
      fix: `git rm --cached ${file.path}, let .gitignore name it, and put a fresh value there: the old one is known`,
    }));
}

function inHistory(checkup: Checkup): Finding[] {
  return telling(secretsOf(checkup))
    .filter(({ value, file }) => file.past.some((text) => text.includes(value)))
    .map(({ name, file }) => ({
      level: "unsafe",
      file: file.path,
      line: lineOfKey(file.text, name),
      what: `${name} is in git's history`,
      why,
      fix: "put a fresh value there: taking the file out of git does not take it out of earlier commits",
    }));
}

function inSources(checkup: Checkup): Finding[] {
  return telling(secretsOf(checkup)).flatMap(({ name, value }) =>
    [...checkup.sources, ...checkup.deploy, ...checkup.env.filter((file) => !isInUse(file))]
      .filter(({ text }) => text.includes(value))
      .map(
        ({ path, text }): Finding => ({
          level: "unsafe",
          file: path,
          line: lineAt(text, text.indexOf(value)),
          what: `the value of ${name} stands in the source`,
          why,
          fix: `read it from the environment, and put a fresh value there: the old one is known`,
        }),
      ),
  );
}
