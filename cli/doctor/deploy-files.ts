import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Project } from "../project/project.js";
import type { SourceText } from "../project/source-files.js";
import { readText } from "../project/text-file.js";
import { askGit } from "./git-facts.js";

const folders: Readonly<Record<string, RegExp>> = {
  ".": /^(Dockerfile([.-].*)?|.*\.Dockerfile|(docker-)?compose.*\.ya?ml|fly\.toml|render\.ya?ml)$/,
  ".github/workflows": /\.ya?ml$/,
};

/** The files that say how the project is built and run, of those that git has. */
export async function readDeployFiles({ root, git }: Project): Promise<SourceText[]> {
  if (git.root === null) return [];
  const paths: string[] = [];
  for (const [folder, pattern] of Object.entries(folders)) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isFile() && pattern.test(entry.name)).map(({ name }) => name);
    paths.push(...names.map((name) => posix.join(folder, name)));
  }
  const tracked = paths.length > 0 ? ((await askGit(root, paths))?.tracked ?? []) : [];
  const texts = await Promise.all(tracked.map(async (path) => ({ path, text: await readText(join(root, path)) })));
  return texts.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
}
