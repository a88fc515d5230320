import { expect, test } from "vitest";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";

const steps = readRegistry(packageRoot()).items.flatMap((item) =>
  [item, ...Object.values(item.choices).flatMap(({ values }) => Object.values(values))].flatMap(
    ({ nextSteps = [] }) => nextSteps,
  ),
);

test("what to do next names routes where they are mounted, and scripts as this project runs them", () => {
  expect(steps.length).toBeGreaterThan(10);
  expect(
    steps.filter((step) => /\b(GET|POST|PUT|PATCH|DELETE) (?!\{mount\})|\bnpm run\b|\/api\/auth/.test(step)),
  ).toEqual([]);
});
