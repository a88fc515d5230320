import { expect, test } from "vitest";
import { nearest } from "../../../cli/ui/nearest.js";

test.each([
  ["postgre", "postgres"],
  ["Postgres", "postgres"],
  ["post", "postgres"],
  ["sqlit", "sqlite"],
  ["mongodb", null],
  ["", null],
])("%s is taken for %s", (word, expected) => {
  expect(nearest(word, ["sqlite", "postgres"])).toBe(expected);
});
