import { posix } from "node:path";
import type { Selection } from "../plan/plan.js";

/** Where the record of what was installed stands. */
export const recordPath = "authwright.json";

/**
 * Where the text of a file as it was installed is kept, for the three-way merge of an update. The ending keeps test
 * runners, linters and compilers from taking it for a source: vitest and eslint do look into hidden folders.
 */
export function basePath(path: string): string {
  return `.authwright/base/${path}.txt`;
}

/** Says to git and its hosts what the kept texts are. */
export const attributesPath = ".authwright/.gitattributes";

/** Where a template's path lands in the user's repo. */
export function placeTemplate(
  path: string,
  { sourceDir, testDir, testEnding = ".test.ts" }: Pick<Selection, "sourceDir" | "testDir" | "testEnding">,
): string {
  if (path.startsWith("src/")) return posix.join(sourceDir, path.slice("src/".length));
  if (path.startsWith("test/"))
    return posix.join(testDir, path.slice("test/".length).replace(/\.test\.ts$/, testEnding));
  return path;
}

/** The first folder of a template's path, below its item's base or a value of a choice: "src", "docs". */
export function rootOf(template: string): string {
  const [, folder, ...rest] = template.split("/");
  return (folder === "base" ? rest[0] : rest[1]) ?? "";
}
