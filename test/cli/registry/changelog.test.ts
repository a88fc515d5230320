import { expect, test } from "vitest";
import { broughtChanges, parseChangelog, readChangelog } from "../../../cli/registry/changelog.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { repo } from "../../support/template-tree.js";

const text = `# Changelog

## 0.3.0

- Item \`door\` 0.3.0: a bell.
- The command line is quicker.
- Item \`door\` 0.2.1: Security: the lock
  closes again.

## 0.2.0

- Item \`door\` 0.2.0: a lock.
- Item \`bell\` 0.2.0: rings.
`;

test("an update prints what it passes of each item, what is about security first", () => {
  const brought = (from: string, to: string) =>
    broughtChanges(parseChangelog(text), { versions: [{ item: "door", from, to }] });
  expect(brought("0.1.0", "0.3.0")).toEqual([
    "door 0.2.1: Security: the lock closes again.",
    "door 0.2.0: a lock.",
    "door 0.3.0: a bell.",
  ]);
  expect(brought("0.2.1", "0.3.0")).toEqual(["door 0.3.0: a bell."]);
  expect(brought("0.3.0", "0.3.0")).toEqual([]);
});

test("the changelog of the package says something of auth-basic and of most of what builds on it", () => {
  const said = readChangelog(repo).map(({ item }) => item);
  const { items } = readRegistry(repo);
  expect(said).toContain("auth-basic");
  expect(said.filter((name) => items.some((item) => item.name === name)).length).toBeGreaterThan(8);
});
