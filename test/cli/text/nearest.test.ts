import { expect, test } from "vitest";
import { nearest, nearestItem } from "../../../cli/text/nearest.js";

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

test.each([
  ["cookies", "auth-cookies"],
  ["Email", "auth-email"],
  ["cookis", "auth-cookies"],
  ["auth-emial", "auth-email"],
  ["redis", null],
])("of items, %s is taken for %s", (word, expected) => {
  expect(nearestItem(word, ["auth-basic", "auth-cookies", "auth-email"])).toBe(expected);
});
