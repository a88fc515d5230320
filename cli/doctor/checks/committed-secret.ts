import type { Check, Checkup, Finding } from "../checkup.js";
import { lineAt, lineOfKey } from "../code/locate.js";
import { assignedIn, isForProduction } from "../deploy/deploy-values.js";
import { isInUse, type KnownSecret, knownSecrets, secretsOf, telling } from "../deploy/secrets.js";

function whyKnown(secret: KnownSecret | undefined): string {
  return secret?.known ?? "whoever can read the repository, now or in its history, knows it";
}

/** A secret in a file that git has or had, in the source, or in an example. */
export const committedSecret: Check = {
  name: "committed-secret",
  run: (checkup) => [...trackedFiles(checkup), ...inHistory(checkup), ...inSources(checkup), ...inDeployment(checkup)],
};

function trackedFiles(checkup: Checkup): Finding[] {
  return secretsOf(checkup)
    .filter(({ file }) => file.tracked)
    .map(({ name, file, known }) => ({
      level: "unsafe",
      file: file.path,
      line: lineOfKey(file.text, name),
      what: `${name} is committed to git`,
      why: whyKnown(known),
      fix: `git rm --cached ${file.path}, let .gitignore name it, and put a fresh value there: the old one is known`,
    }));
}

function inHistory(checkup: Checkup): Finding[] {
  return telling(secretsOf(checkup))
    .filter(({ value, file }) => file.past.some((text) => text.includes(value)))
    .map(({ name, file, known }) => ({
      level: "unsafe",
      file: file.path,
      line: lineOfKey(file.text, name),
      what: `${name} is in git's history`,
      why: whyKnown(known),
      fix: "put a fresh value there: taking the file out of git does not take it out of earlier commits",
    }));
}

/** Whatever its value: what stands there is what production runs with, and everybody who has the repository has it too. */
function inDeployment(checkup: Checkup): Finding[] {
  const values = new Set(telling(secretsOf(checkup)).map(({ value }) => value));
  const secrets = knownSecrets(checkup);
  return checkup.deploy.filter(isForProduction).flatMap((file) =>
    assignedIn(file, [...secrets.keys()])
      .filter(({ value }) => !values.has(value) && !(isWorkflow(file) && madeUp.test(value)))
      .map(
        ({ name, line }): Finding => ({
          level: "unsafe",
          file: file.path,
          line,
          what: `${name} has its value in the file`,
          why: whyKnown(secrets.get(name)),
          fix:
            "take it from a secret of the platform, or from the environment: ${" +
            name +
            "}; and let it be a fresh value",
        }),
      ),
  );
}

/** Where tests run, their secrets are made up. */
const madeUp = /test|dummy|fake|example|placeholder|not.?a.?secret|^ci\b/i;

function isWorkflow({ path }: { readonly path: string }): boolean {
  return /workflows\/|gitlab-ci|\.circleci/.test(path);
}

function inSources(checkup: Checkup): Finding[] {
  return telling(secretsOf(checkup)).flatMap(({ name, value, known }) =>
    [...checkup.sources, ...checkup.deploy, ...checkup.env.filter((file) => !isInUse(file))]
      .filter(({ text }) => text.includes(value))
      .map(
        ({ path, text }): Finding => ({
          level: "unsafe",
          file: path,
          line: lineAt(text, text.indexOf(value)),
          what: `the value of ${name} stands in the source`,
          why: whyKnown(known),
          fix: `read it from the environment, and put a fresh value there: the old one is known`,
        }),
      ),
  );
}
