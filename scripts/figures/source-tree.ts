import { readdir, readFile } from "node:fs/promises";
import { join, posix, relative } from "node:path";
import { type Module, readModules } from "../../test/support/import-graph.js";

export interface SourceTree {
  /** Every file, Markdown and tests too. */
  readonly files: readonly TreeFile[];
  /** Those of the source folder. */
  readonly modules: readonly Module[];
}

export interface TreeFile {
  readonly path: string;
  readonly lines: number;
}

/** Reads the modules of a source folder, and every file below `folder`, which is the whole tree where it isn't given. */
export async function readSourceTree(root: string, source: string, folder = ""): Promise<SourceTree> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return {
    files: await Promise.all(paths.map((path) => readLines(root, path))),
    modules: await readModules(root, source),
  };
}

async function readLines(root: string, path: string): Promise<TreeFile> {
  const text = await readFile(path, "utf8");
  return { path: relative(root, path).replaceAll("\\", "/"), lines: text.split("\n").length - 1 };
}

export function linesOf(files: readonly { readonly lines: number }[]): number {
  return files.reduce((sum, { lines }) => sum + lines, 0);
}

/** Folder -> how many TypeScript files it holds itself. */
export function folderSizes(files: readonly TreeFile[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { path } of files.filter((file) => file.path.endsWith(".ts"))) {
    const folder = posix.dirname(path);
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  }
  return sizes;
}

/** The size and the name of the folder that holds the most. */
export function largestFolder(sizes: ReadonlyMap<string, number>): { size: number; folder: string } {
  return [...sizes].reduce((most, [folder, size]) => (size > most.size ? { size, folder } : most), {
    size: 0,
    folder: "",
  });
}
