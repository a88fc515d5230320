import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { withoutMark } from "../../text/byte-order-mark.js";
import { buildFiles } from "../build/bundler.js";
import type { PackageJson, Project } from "../project.js";
import { filesBelow } from "./files-below.js";

/** A file of the project's, path relative to its root. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

const isSource = (name: string) => /\.[cm]?[jt]sx?$/.test(name);
const isConfig = (name: string) =>
  /\.jsonc?$|^\.\w+rc$/.test(name) && !/^(package(-lock)?|authwright)\.json$/.test(name);
/** More than this is generated. */
const maxBytes = 1_000_000;

/** Every source file of the project; packages, hidden folders and what the build made are left out. */
export async function readSourceFiles(project: Pick<Project, "root" | "tsconfig">): Promise<SourceText[]> {
  return readTexts(project.root, await sourcePaths(project));
}

/** The same, by path. */
export async function sourcePaths({ root, tsconfig }: Pick<Project, "root" | "tsconfig">): Promise<string[]> {
  return pathsBelow(root, outputFolders(tsconfig));
}

/** Every source file below `root` that is not in one of the folders `outputs`. */
export async function readSourcesBelow(root: string, outputs: readonly string[]): Promise<SourceText[]> {
  return readTexts(root, await pathsBelow(root, outputs));
}

async function pathsBelow(root: string, outputs: readonly string[]): Promise<string[]> {
  return (await filesBelow(root, { without: outputs })).filter(isSource);
}

/** The settings of tools at the root, which may name packages. */
export async function readConfigFiles(root: string): Promise<SourceText[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && isConfig(entry.name)).map(({ name }) => name);
  return readTexts(root, names.sort());
}

/** What says how the project is built, besides package.json and the tsconfig. */
export async function readBuildFiles(root: string, packageJson: PackageJson): Promise<SourceText[]> {
  return readTexts(root, buildFiles(packageJson, await readdir(root)));
}

/** Where the build puts what it makes. */
export function outputFolders({ compilerOptions }: Project["tsconfig"]): string[] {
  const { outDir } = compilerOptions;
  const written = typeof outDir === "string" ? [outDir] : [];
  return [...new Set([...written, "dist"])].filter((folder) => folder !== "." && !folder.startsWith(".."));
}

/** The texts of these paths; what is no file, or of more bytes than `most`, is left out. */
export async function readTexts(
  root: string,
  paths: readonly string[],
  most: number = maxBytes,
): Promise<SourceText[]> {
  const texts = await Promise.all(
    paths.map(async (path) => {
      const stats = await stat(join(root, path)).catch(() => null);
      if (!stats?.isFile() || stats.size > most) return [];
      return [{ path, text: withoutMark(await readFile(join(root, path), "utf8")) }];
    }),
  );
  return texts.flat();
}
