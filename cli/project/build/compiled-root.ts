import { join, posix } from "node:path";
import { createFilesMatcher, type TsConfigJsonResolved } from "get-tsconfig";
import type { TsconfigFacts } from "../project.js";

/** The folder that all that tsc compiles is below: without a `rootDir`, the output mirrors it. Null where nothing is. */
export function compiledRoot(root: string, tsconfig: TsconfigFacts, paths: readonly string[]): string | null {
  const compiled = createFilesMatcher({ path: join(root, tsconfig.path), config: configOf(tsconfig) });
  const folders = paths
    .filter((path) => !/\.d\.[cm]?ts$/.test(path) && compiled(join(root, path)))
    .map((path) => posix.dirname(path));
  return folders.length === 0 ? null : folders.reduce(commonFolder);
}

/** The deepest folder that two are in; "." for the root. */
export function commonFolder(one: string, other: string): string {
  const [left, right] = [one, other].map((folder) => folder.split("/").filter((part) => part !== "."));
  const end = left!.findIndex((part, at) => part !== right![at]);
  return left!.slice(0, end === -1 ? left!.length : end).join("/") || ".";
}

/** The parts of a tsconfig that say what it compiles. */
export function configOf({ compilerOptions, include, exclude, files }: TsconfigFacts): TsConfigJsonResolved {
  return {
    compilerOptions,
    ...(include && { include: [...include] }),
    ...(exclude && { exclude: [...exclude] }),
    ...(files && { files: [...files] }),
  };
}
