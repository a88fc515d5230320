import type { Check } from "../checkup.js";
import { lineAt } from "../code/locate.js";
import { secretsOf, telling } from "../deploy/secrets.js";

/** A secret that a bundler has written into what the build makes. */
export const secretInBuild: Check = {
  name: "secret-in-build",
  run: (checkup) =>
    telling(secretsOf(checkup)).flatMap(({ name, value }) =>
      checkup.outputs
        .filter(({ text }) => text.includes(value))
        .map(({ path, text }) => ({
          level: "unsafe",
          file: path,
          line: lineAt(text, text.indexOf(value)),
          what: `the value of ${name} is in the build`,
          why: "whoever gets the build or the image has the secret, and a new one needs a new build",
          fix: `take ${name} out of the bundler's define or env options, build again, and put a fresh value in .env`,
        })),
    ),
};
