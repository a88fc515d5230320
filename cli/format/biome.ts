import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix, relative } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import type { Project } from "../project/project.js";

/** A text, and the file that it is for: a formatter's settings go by the path, relative to the project's root. */
export interface ForFile {
  readonly path: string;
  readonly text: string;
}

export type FormattedProject = Pick<Project, "root" | "workspaceRoot">;

const settings = ["biome.json", "biome.jsonc", ".editorconfig", ".gitignore"];
const limitMs = 60_000;

/**
 * The texts as Biome lays them out. It starts a process of its own, too slow for each file: so all stand in a temporary
 * folder, below copies of the project's settings.
 */
export async function runBiome(
  folder: string,
  files: readonly ForFile[],
  project: FormattedProject,
): Promise<string[]> {
  const texts = new Map<ForFile, string>();
  for (let left = [...files]; left.length > 0; left = left.filter((file) => !texts.has(file))) {
    // A path can have two texts: then they take turns.
    const round = left.filter((file, index) => left.findIndex(({ path }) => path === file.path) === index);
    for (const [index, text] of (await formatOnce(folder, round, project)).entries()) texts.set(round[index]!, text);
  }
  return files.map((file) => texts.get(file)!);
}

async function formatOnce(folder: string, files: readonly ForFile[], project: FormattedProject): Promise<string[]> {
  const top = await mkdtemp(join(tmpdir(), "authwright-format-"));
  try {
    const root = join(top, relative(project.workspaceRoot, project.root));
    await copySettings(files, project, top);
    for (const { path, text } of files) await fs.outputFile(join(root, path), text);
    const options = { timeout: limitMs, nodeOptions: { cwd: root }, throwOnError: false };
    const biome = (...words: string[]) =>
      x(process.execPath, [join(folder, "bin/biome"), ...words, "--write", "--no-errors-on-unmatched", "."], options);
    // `biome check` wants imports sorted, too, where the settings don't turn that off; versions before 1.8 only format.
    const checked = await biome("check", "--linter-enabled=false");
    const { exitCode, stderr } = checked.exitCode === 0 ? checked : await biome("format");
    if (exitCode !== 0) throw new Error(/×\s*(.+)/.exec(stderr)?.[1] ?? `it ended with ${exitCode}`);
    return await Promise.all(files.map(({ path }) => fs.readFile(join(root, path), "utf8")));
  } finally {
    await fs.remove(top);
  }
}

/** Those of every folder from the workspace's to the files', what they extend, and the packages that they may name. */
async function copySettings(files: readonly ForFile[], { root, workspaceRoot }: FormattedProject, top: string) {
  const inner = relative(workspaceRoot, root).replaceAll("\\", "/");
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(posix.join(inner, path))));
  for (const folder of folders) {
    for (const name of settings) await copySetting(posix.join(folder, name), workspaceRoot, top);
    const packages = join(workspaceRoot, folder, "node_modules");
    if (await fs.pathExists(packages)) await fs.ensureSymlink(packages, join(top, folder, "node_modules"), "junction");
  }
}

async function copySetting(path: string, from: string, to: string): Promise<void> {
  const text = await fs.readFile(join(from, path), "utf8").catch(() => null);
  if (text === null || path.startsWith("..") || (await fs.pathExists(join(to, path)))) return;
  await fs.outputFile(join(to, path), text);
  if (!/\.jsonc?$/.test(path)) return;
  const extended = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? "";
  for (const [, name] of extended.matchAll(/"(\.[^"]*)"/g))
    await copySetting(posix.join(dirname(path), name!), from, to);
}

function foldersAbove(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === "." ? ["."] : [...foldersAbove(folder), folder];
}
