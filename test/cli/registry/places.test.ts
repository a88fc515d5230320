import { expect, test } from "vitest";
import { placeTemplate } from "../../../cli/record/paths.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { readTemplates } from "../../../cli/registry/templates.js";
import { everyCombination } from "../../support/template-tree.js";

test.each([
  ["tests in a folder of their own", { sourceDir: "src", testDir: "test" }],
  ["tests beside the sources", { sourceDir: "app", testDir: "app" }],
])("with %s, no two files of all items meet, whatever is chosen", async (_, folders) => {
  const owners = new Map<string, Set<string>>();
  for (const { name } of readRegistry(packageRoot()).items)
    for (const choices of await everyCombination(name))
      for (const { path } of await readTemplates(packageRoot(), name, choices)) {
        const place = placeTemplate(path, folders).toLowerCase();
        owners.set(place, (owners.get(place) ?? new Set()).add(`${name}: ${path}`));
      }
  expect([...owners].filter(([, files]) => files.size > 1)).toEqual([]);
});
