import { describe, expect, test } from "vitest";
import { advisoriesFor } from "../../../cli/advisories/advisory.js";
import { fixedAdvisories } from "../../../cli/advisories/fixed-advisories.js";
import { checkAdvisories, readAdvisories } from "../../../cli/advisories/read-advisories.js";
import { useFiles } from "../../support/fixture.js";
import { repo } from "../../support/template-tree.js";

const sound = {
  id: "AW-2027-001",
  item: "auth-basic",
  versions: ">=0.1.0 <0.2.3",
  severity: "high",
  text: "What can happen",
  fix: "Change JWT_SECRET_KEY",
  reviewedBy: ["one", "two"],
};

describe("advisories.json", () => {
  test("of this package is whole", () => {
    expect(Array.isArray(readAdvisories(repo))).toBe(true);
  });

  test.each([
    ["an id of another form", { id: "CVE-1" }],
    ["no text", { text: "" }],
    ["a range that is none", { versions: "all of them" }],
    ["an unknown severity", { severity: "bad" }],
    ["nobody's sign-off", { reviewedBy: [] }],
    ["the sign-off of one person", { reviewedBy: ["one"] }],
    ["the sign-off of one person, twice", { reviewedBy: ["one", "one"] }],
    ["a member too many", { url: "https://example.com" }],
  ])("with %s is refused", (_, change) => {
    expect(() => checkAdvisories({ advisories: [{ ...sound, ...change }] })).toThrow(/advisories\.json is damaged/);
  });

  test("with an id twice is refused, naming it", () => {
    expect(() => checkAdvisories({ advisories: [sound, sound] })).toThrow("AW-2027-001 stands there twice");
  });

  test("that is no JSON is refused in one line", async () => {
    const { dir } = await useFiles({ "advisories.json": "{" });
    expect(() => readAdvisories(dir)).toThrow(/^advisories\.json is damaged \(.*\): install authwright again$/);
  });
});

describe("an update", () => {
  const advisories = checkAdvisories({ advisories: [sound] });
  const moving = (from: string, to: string) =>
    fixedAdvisories(advisories, { versions: [{ item: "auth-basic", from, to }] });

  test("says which known hole it closes, and what else there is to do", () => {
    expect(moving("0.1.0", "0.2.3")).toEqual([
      "0.2.3 fixes AW-2027-001 (high): What can happen Besides: Change JWT_SECRET_KEY",
    ]);
  });

  test("says nothing of a hole that it leaves open, or that was not there", () => {
    expect([...moving("0.1.0", "0.2.0"), ...moving("0.2.3", "0.3.0")]).toEqual([]);
  });
});

describe("a version", () => {
  const advisories = checkAdvisories({ advisories: [sound] });

  test.each([
    ["0.1.0", 1],
    ["0.2.2", 1],
    ["0.2.3", 0],
    ["0.2.0-beta.1", 1],
    ["1.0.0", 0],
  ])("%s has %i", (version, count) => {
    expect(advisoriesFor(advisories, "auth-basic", version)).toHaveLength(count);
  });

  test("of another item has none", () => {
    expect(advisoriesFor(advisories, "auth-totp", "0.1.0")).toEqual([]);
  });
});
