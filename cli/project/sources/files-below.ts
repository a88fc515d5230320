import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";

/** What is nobody's own source: packages, and what a test run leaves. Hidden folders are settings of tools. */
const notSources = ["node_modules", "coverage"];

/** A walk through the folders of a project. */
export interface Walk {
  /** Where it begins, relative to the project; its root, where it is not told. */
  readonly from?: string;
  /** Folders that it does not enter, relative to the project. */
  readonly without?: readonly string[];
  /** Of what a build made, everything is of interest but packages. */
  readonly made?: boolean;
}

/** The paths of all files on the walk, relative to `root`; a folder that can't be read has none. */
export async function filesBelow(root: string, { from = ".", without = [], made = false }: Walk): Promise<string[]> {
  const skips = (name: string) => (made ? name === "node_modules" : name.startsWith(".") || notSources.includes(name));
  const paths: string[] = [];
  const folders = [from];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])) {
      const path = posix.join(folder, entry.name);
      if (!entry.isDirectory()) paths.push(path);
      else if (!skips(entry.name) && !without.includes(path)) folders.push(path);
    }
  }
  return paths.sort();
}
