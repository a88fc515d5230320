import { describe, expect, test } from "vitest";
import { fitRange, lowestMajor } from "../../../../cli/plan/packages/version-fit.js";

describe("a user's range against the versions that work", () => {
  test.each([
    ["^4.1.0", "^4.0.0", "fits"],
    ["4.1.12", "^4.0.0", "fits"],
    ["~5.1.1", "^5.1.0 || ^6.0.0", "fits"],
    ["^5.2.0 || ^6.0.0", "^5.1.0 || ^6.0.0", "fits"],
    [">=16 <18", ">=16.0.0", "fits"],
    ["anything at all", "*", "fits"],
    ["npm:zod@^4.1.0", "^4.0.0", "fits"],
    ["^3.25.0", "^4.0.0", "other-major"],
    ["^3.25.0 || ^4.0.0", "^4.0.0", "other-major"],
    ["^0.40.0", ">=0.44.0 <1", "other-major"],
    ["^5.0.0", "^4.0.0", "other-major"],
    ["latest", "^4.0.0", "unknown"],
    ["*", "^4.0.0", "unknown"],
    ["workspace:^", "^4.0.0", "unknown"],
    ["catalog:", "^4.0.0", "unknown"],
    ["github:colinhacks/zod", "^4.0.0", "unknown"],
    ["file:../zod", "^4.0.0", "unknown"],
  ])("%s against %s: %s", (range, accepts, kind) => {
    expect(fitRange(range, accepts).kind).toBe(kind);
  });

  test.each([
    ["^9.0.0", "^9.0.2", "^9.0.2"],
    ["9.0.0", "^9.0.2", "^9.0.2"],
    ["^5.0.0", "^5.1.0 || ^6.0.0", "^5.1.0"],
    ["~0.44.1", ">=0.44.3 <1", "^0.44.3"],
    ["^6.0.0-beta.1", "^6.0.0", "^6.0.0"],
  ])("%s against %s is raised inside its major, to %s", (range, accepts, raised) => {
    expect(fitRange(range, accepts)).toEqual({ kind: "too-low", range: raised });
  });

  test.each([
    ["^4.21.0", 4],
    [">=5", 5],
    ["latest", null],
  ])("the lowest major of %s is %s", (range, major) => {
    expect(lowestMajor(range)).toBe(major);
  });
});
