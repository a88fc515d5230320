import { posix } from "node:path";
import { isRecord, member, texts, unknown, type Value } from "./config-values.js";
import { root, type TestSearch } from "./test-search.js";

const usualMatch = ["**/__tests__/**/*.?([mc])[jt]s?(x)", "**/?(*.)+(spec|test).?([mc])[jt]s?(x)"];

/**
 * Where Jest looks, given its configuration and the folder that it stands in: `rootDir`, `roots`, `testMatch`, `testRegex`,
 * `testPathIgnorePatterns`, and the same of each of its `projects`. Null where one of them can't be told.
 */
export function jestSearches(config: Value, folder: string): TestSearch[] | null {
  if (!isRecord(config)) return null;
  const projects = config["projects"];
  if (projects !== undefined && !Array.isArray(projects)) return null;
  if (!Array.isArray(projects) || projects.length === 0) return ofProject(config, folder);
  const found = projects.map((one: Value) =>
    isRecord(one) ? ofProject({ rootDir: rootDirOf(config), ...one }, folder) : null,
  );
  return found.every((one) => one !== null) ? found.flat() : null;
}

function rootDirOf(config: Value): Value {
  return member(config, "rootDir") ?? ".";
}

function ofProject(config: Value, folder: string): TestSearch[] | null {
  const rootDir = rootDirOf(config);
  if (typeof rootDir !== "string") return null;
  const base = isInside(rootDir, folder) ? posix.normalize(rootDir) : posix.join(folder, rootDir);
  const list = (name: string, usual: readonly string[]) => {
    const value = member(config, name);
    const found = value === undefined || value === null ? usual : texts(value);
    return found === unknown ? unknown : found.map((one) => one.replace("<rootDir>", posix.join(root, base)));
  };
  const roots = list("roots", ["<rootDir>"]);
  const match = list("testMatch", usualMatch);
  const regex = list("testRegex", []);
  const ignored = list("testPathIgnorePatterns", ["/node_modules/"]);
  if (roots === unknown || match === unknown || regex === unknown || ignored === unknown) return null;
  const below = roots.map((one) => (one.startsWith(root) ? posix.relative(root, one) : posix.join(base, one)) || ".");
  return [{ roots: below, base: root, globs: match, patterns: regex, ignoredGlobs: [], ignoredPatterns: ignored }];
}

/** `path.join(__dirname, "..")` begins with the folder already. */
function isInside(path: string, folder: string): boolean {
  return folder !== "." && path.startsWith(folder);
}
