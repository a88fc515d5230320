import { join, posix } from "node:path";
import { isFolder } from "../../text/text-file.js";
import { root as absoluteRoot, isTaken, type TestLookup, type TestSearch } from "./test-search.js";

/** Where the tests of an item go, and how their names end. */
export interface TestPlace {
  readonly dir: string;
  readonly ending: string;
}

/** Without a runner, and with one that says nothing. */
export const usualPlace: TestPlace = { dir: "test", ending: ".test.ts" };

const usualFolders = ["test", "tests", "__tests__", "spec", "src/__tests__", "src"];
const usualEndings = [".test.ts", ".spec.ts", "-test.ts", "_test.ts", "-spec.ts", "_spec.ts"];

/** The first place where the runner takes the tests for tests, and what they share for none; null where there is none. */
export function findTestPlace({ searches, folders }: TestLookup, dirs: readonly string[] = folders): TestPlace | null {
  if (searches === null) return null;
  const endings = [...new Set([...usualEndings, ...searches.flatMap(({ globs }) => globs.flatMap(endingOf))])];
  const places = dirs.flatMap((dir) => endings.map((ending) => ({ dir, ending })));
  return places.find((place) => fits(place, searches)) ?? null;
}

function fits({ dir, ending }: TestPlace, searches: readonly TestSearch[]): boolean {
  const tests = ["auth", "auth/tokens", "auth/one/deeper"].map((name) => posix.join(dir, name + ending));
  const shared = ["auth/client.ts", "auth/test-environment.ts"].map((name) => posix.join(dir, name));
  return tests.every((path) => isTaken(path, searches)) && !shared.some((path) => isTaken(path, searches));
}

/** `**` + `/*.unit.ts` -> `.unit.ts`, and each of `*.{unit,int}.ts` */
function endingOf(glob: string): string[] {
  const name = glob.slice(glob.lastIndexOf("/") + 1).replace(/[?+@]\(\*(\.?)\)/, "*$1");
  const tail = /\*([^*]*)$/.exec(name)?.[1] ?? "";
  return alternatives(tail).filter((ending) => /^[.\w-]+\.ts$/.test(ending) && ending !== ".ts");
}

function alternatives(tail: string): string[] {
  const group = /[@+]?[{(]([^{}()]*)[})]/.exec(tail);
  if (!group) return [tail];
  const [before, after] = [tail.slice(0, group.index), tail.slice(group.index + group[0].length)];
  return group[1]!.split(/[,|]/).flatMap((one) => alternatives(before + one + after));
}

/** A folder that has tests of the user's gets one of ours in it, so that no name meets theirs. */
export async function testFolders(root: string, searches: readonly TestSearch[]): Promise<string[]> {
  const named = searches.flatMap(({ roots, base, globs }) => [
    ...globs.map((glob) => literalFolder(glob, base)),
    ...roots,
  ]);
  const inside = named.filter((folder) => folder !== "." && !folder.startsWith(".."));
  const found: string[] = [];
  for (const folder of new Set(["test", ...inside, ...usualFolders])) {
    const isShared = folder !== "test" && (await isFolder(join(root, folder)));
    found.push(isShared ? posix.join(folder, "auth-tests") : folder);
  }
  return found;
}

/** The folder that a glob names before its first wildcard, from the root of the project. */
function literalFolder(glob: string, base: string): string {
  const wildcard = glob.search(/[*?{}()[\]!@+]/);
  const literal = wildcard === -1 ? posix.dirname(glob) : glob.slice(0, glob.lastIndexOf("/", wildcard) + 1);
  const path =
    base === absoluteRoot ? posix.relative(absoluteRoot, literal || absoluteRoot) : posix.join(base, literal);
  return path.replace(/\/$/, "") || ".";
}
