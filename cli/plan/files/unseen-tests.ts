import type { Project } from "../../project/project.js";
import { findTestPlace } from "../../project/tests/test-place.js";
import { isTaken } from "../../project/tests/test-search.js";
import { placeTemplate } from "../../record/paths.js";
import type { Part } from "../input.js";

/** A runner that looks elsewhere would pass without ever running the tests that come along. Returns the line that says so, or null. */
export function unseenTests({ templates, selection }: Part, { tests }: Project): string | null {
  const inTests = templates.map(({ path }) => path).filter((path) => path.startsWith("test/"));
  const [shipped, shared] = [true, false].map((isTest) =>
    inTests.filter((path) => path.endsWith(".test.ts") === isTest),
  );
  const [first, ...rest] = shipped!.map((path) => placeTemplate(path, selection));
  if (tests === null || first === undefined) return null;
  const { from, runner, searches } = tests;
  if (searches === null)
    return `where ${from} has ${runner} look for tests can't be told without running it: if it doesn't find ${first}, name a folder of its own with --tests`;
  const support = shared!.map((path) => placeTemplate(path, selection)).find((path) => isTaken(path, searches));
  const unseen = [first, ...rest].find((path) => !isTaken(path, searches));
  if (unseen === undefined && support === undefined) return null;
  const place = findTestPlace(tests);
  const way = place === null ? "let it look there too" : `let it look there too, or use --tests ${place.dir}`;
  return unseen === undefined
    ? `${from} has ${runner} take ${support} for a test, which is none: narrow it to names like *.test.ts`
    : `${from} has ${runner} look for tests elsewhere than at ${unseen}: ${way}`;
}

/** Another runner that looks there, too, would fail on tests that are not its own. */
export function othersTests({ item, selection }: Part, { otherRunner, record }: Project): string[] {
  if (!otherRunner || record?.items[item.name]) return [];
  return [
    `${otherRunner} runs your tests, and those in ${selection.testDir} are for vitest: where it would take them too, leave that folder out`,
  ];
}
