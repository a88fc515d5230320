import { posix } from "node:path";
import { isRecord, member, texts, unknown, type Value } from "./config-values.js";
import type { TestSearch } from "./test-search.js";

const usualInclude = ["**/*.{test,spec}.?(c|m)[jt]s?(x)"];
const usualExclude = ["**/node_modules/**", "**/.git/**", "**/dist/**"];

/**
 * Where Vitest looks, given its configuration and the folder that it stands in: `root`, `test.dir`, `test.include`,
 * `test.exclude`, and the same of each of its projects. Null where one of them can't be told.
 */
export function vitestSearches(config: Value, folder: string): TestSearch[] | null {
  if (!isRecord(config)) return null;
  const test = member(config, "test") ?? {};
  const projects = member(test, "projects") ?? member(test, "workspace");
  if (projects === undefined) return ofProject(config, folder);
  if (!Array.isArray(projects)) return null;
  const found = projects.map((one: Value) => (isRecord(one) ? ofProject(inherited(one, config), folder) : null));
  return found.every((one) => one !== null) ? found.flat() : null;
}

/** With `extends: true` a project has what the whole has, and its own. */
function inherited(project: Value, config: Value): Value {
  if (member(project, "extends") !== true) return project;
  const both = (name: string) => ({ ...objectOf(member(config, name)), ...objectOf(member(project, name)) });
  return { ...objectOf(config), ...objectOf(project), test: both("test") };
}

function objectOf(value: Value | undefined): { readonly [key: string]: Value } {
  return isRecord(value) ? value : {};
}

function ofProject(config: Value, folder: string): TestSearch[] | null {
  const test = member(config, "test") ?? {};
  const [own, dir] = [member(test, "root") ?? member(config, "root") ?? "", member(test, "dir") ?? ""];
  if (typeof own !== "string" || typeof dir !== "string" || test === unknown) return null;
  const at = own.startsWith(folder) && folder !== "." ? own : posix.join(folder, own);
  const base = posix.join(at, dir).replace(/\/$/, "") || ".";
  const include = texts(member(test, "include") ?? usualInclude);
  const exclude = texts(member(test, "exclude") ?? usualExclude);
  if (include === unknown || exclude === unknown) return null;
  return [{ roots: [base], base, globs: include, patterns: [], ignoredGlobs: exclude, ignoredPatterns: [] }];
}
