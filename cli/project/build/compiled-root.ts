import { join, posix } from "node:path";
import { createFilesMatcher, type TsConfigJsonResolved } from "get-tsconfig";
import type { TsconfigFacts } from "../project.js";

/** The folder that all that tsc compiles is below: without a `rootDir`, the output mirrors it. Null where nothing is. */
export function compiledRoot(root: string, tsconfig: TsconfigFacts, paths: readonly string[]): string | null {
  const compiled = compiles(root, tsconfig);
  const folders = paths
    .filter((path) => !/\.d\.[cm]?ts$/.test(path) && compiled(path))
    .map((path) => posix.dirname(path));
  return folders.length === 0 ? null : folders.reduce(commonFolder);
}

/** The deepest folder that two are in; "." for the root. */
export function commonFolder(one: string, other: string): string {
  const [left, right] = [one, other].map((folder) => folder.split("/").filter((part) => part !== "."));
  const end = left!.findIndex((part, at) => part !== right![at]);
  return left!.slice(0, end === -1 ? left!.length : end).join("/") || ".";
}

/** Whether it compiles a file. Its paths are the project's, so that it is as good as one at the root. */
export function compiles(root: string, tsconfig: TsconfigFacts): (path: string) => boolean {
  const { path, compilerOptions, include, exclude, files } = tsconfig;
  const config: TsConfigJsonResolved = {
    compilerOptions,
    include: include ? [...include] : files ? [] : [posix.join(posix.dirname(path), "**/*")],
    ...(exclude && { exclude: [...exclude] }),
    ...(files && { files: [...files] }),
  };
  const matches = createFilesMatcher({ path: join(root, "tsconfig.json"), config });
  return (file) => matches(join(root, file)) !== undefined;
}
