import { posix } from "node:path";
import picomatch from "picomatch";
import { isWithin } from "../../text/repo-path.js";

/** Where one project of a runner's configuration looks for tests. Paths are relative to the root of the user's project. */
export interface TestSearch {
  /** Only below these. */
  readonly roots: readonly string[];
  /** What globs are matched against: the path from here. */
  readonly base: string;
  readonly globs: readonly string[];
  /** Regular expressions for the absolute path, with the root as "/root". */
  readonly patterns: readonly string[];
  readonly ignoredGlobs: readonly string[];
  readonly ignoredPatterns: readonly string[];
  /** Where there are some, only files with one of them in their absolute path. */
  readonly only?: readonly string[];
}

/** What a runner's configuration says of tests. */
export interface TestLookup {
  readonly runner: "vitest" | "jest";
  /** The file that says it, else the runner's name. */
  readonly from: string;
  /** Null where it can't be told without running the configuration. */
  readonly searches: readonly TestSearch[] | null;
  /** Folders that may take tests, best first. */
  readonly folders: readonly string[];
}

/** Where absolute paths begin that a configuration's patterns are tried on. */
export const root = "/root";

/** Whether the runner takes the file for a test. */
export function isTaken(path: string, searches: readonly TestSearch[]): boolean {
  return searches.some((search) => takes(search, path));
}

function takes(search: TestSearch, path: string): boolean {
  const { roots, base, globs, patterns, ignoredGlobs, ignoredPatterns, only = [] } = search;
  const absolute = posix.join(root, path);
  const from = base === root ? absolute : posix.relative(base, path);
  const matches = (expressions: readonly string[]) => expressions.some((one) => matchesPattern(one, absolute));
  const isOne = patterns.length > 0 ? matches(patterns) : matchesGlobs(globs, from);
  return (
    isOne &&
    roots.some((folder) => isWithin(path, folder)) &&
    !matchesGlobs(ignoredGlobs, from) &&
    !matches(ignoredPatterns) &&
    (only.length === 0 || matches(only))
  );
}

/** Globs one after the other: one with `!` takes back what those before it took. */
function matchesGlobs(globs: readonly string[], path: string): boolean {
  return globs.reduce((taken, glob) => {
    if (glob.startsWith("!")) return taken && !matcherOf(glob.slice(1))(path);
    return taken || matcherOf(glob.replace(/^\.\//, ""))(path);
  }, false);
}

const matchers = new Map<string, (path: string) => boolean>();

/** Made once for each glob: that takes longer than the paths that are tried on it. */
function matcherOf(glob: string): (path: string) => boolean {
  const matcher = matchers.get(glob) ?? picomatch(glob, { dot: true });
  matchers.set(glob, matcher);
  return matcher;
}

/** What is no regular expression matches nothing. */
function matchesPattern(pattern: string, path: string): boolean {
  try {
    return new RegExp(pattern).test(path);
  } catch {
    return false;
  }
}
