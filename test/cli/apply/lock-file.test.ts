import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Locked {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const lock = new URL("../../../package-lock.json", import.meta.url);
const { packages } = JSON.parse(readFileSync(lock, "utf8")) as { packages: Record<string, Locked> };

/** The folders in which Node looks for a package, from the one that needs it upwards. */
function places(needing: string, name: string): string[] {
  const above = needing
    .split("/node_modules/")
    .map((_, index, parts) => parts.slice(0, index + 1).join("/node_modules/"));
  return ["", ...above].map((folder) => `${folder}/node_modules/${name}`.replace(/^\//, ""));
}

// npm ci refuses a lock file that lacks a package of another platform, so a fresh clone could not be set up.
test("package-lock.json holds every package that any platform needs", () => {
  const missing = Object.entries(packages).flatMap(([needing, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => places(needing, name).every((place) => packages[place] === undefined))
      .map((name) => `${needing} needs ${name}`),
  );
  expect(missing).toEqual([]);
});
