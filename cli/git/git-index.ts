import { join, relative, sep } from "node:path";
import fs from "fs-extra";
import type { Unmerged } from "../plan/plan.js";
import { runGit } from "./run-git.js";

const noBlob = "0".repeat(40);

/** What git's index has of a file. */
export interface IndexEntry {
  /** Relative to the project. */
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
}

/** The entries of files that are to be in conflict; those that git doesn't track are left out. None outside a repository. */
export async function stagedEntries(root: string, files: readonly Unmerged[]): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  if (files.length === 0 || !(await isRepository(root))) return entries;
  for (const { path } of files) {
    const listed = await runGit(root, ["ls-files", "--stage", "-z", "--", `:(literal)${path}`]);
    const [mode, blob] = listed.split(/[ \t]/);
    if (mode && blob) entries.push({ path, mode, blob });
  }
  return entries;
}

/**
 * Tells git of the three texts of each file in conflict, as a merge does: editors then open their merge view, and git
 * refuses a commit until each file is added again.
 */
export async function writeStages(
  root: string,
  files: readonly Unmerged[],
  entries: readonly IndexEntry[],
): Promise<void> {
  const inRepository = await pathsOf(root);
  const lines: string[] = [];
  for (const { path, mode } of entries) {
    const file = files.find((one) => one.path === path)!;
    const name = inRepository(path);
    lines.push(`0 ${noBlob}\t${name}`);
    for (const [index, text] of [file.base, file.yours, file.theirs].entries()) {
      if (text === null) continue;
      const blob = await runGit(root, ["hash-object", "-w", "--stdin", "--path", path], text);
      lines.push(`${mode} ${blob.trim()} ${index + 1}\t${name}`);
    }
  }
  await updateIndex(root, lines);
}

/** Takes the conflicts out of the index again; an entry that somebody has settled since is theirs. */
export async function unmark(root: string, entries: readonly IndexEntry[]): Promise<void> {
  if (entries.length === 0) return;
  // A project that was moved out of its repository has nothing marked.
  const marked = (await isRepository(root)) ? (await runGit(root, ["ls-files", "--unmerged", "-z"])).split("\0") : [];
  const ours = entries.filter(({ path }) => marked.some((line) => line.endsWith(`\t${path}`)));
  if (ours.length === 0) return;
  const inRepository = await pathsOf(root);
  const lines = ours.flatMap(({ path, mode, blob }) => [
    `0 ${noBlob}\t${inRepository(path)}`,
    `${mode} ${blob} 0\t${inRepository(path)}`,
  ]);
  await updateIndex(root, lines);
}

function isRepository(root: string): Promise<boolean> {
  return runGit(root, ["rev-parse", "--git-dir"]).then(
    () => true,
    () => false,
  );
}

async function pathsOf(root: string): Promise<(path: string) => string> {
  const top = await fs.realpath((await runGit(root, ["rev-parse", "--show-toplevel"])).replace(/\r?\n$/, ""));
  const real = await fs.realpath(root);
  return (path) => relative(top, join(real, path)).split(sep).join("/");
}

async function updateIndex(root: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await runGit(root, ["update-index", "-z", "--index-info"], lines.map((line) => `${line}\0`).join(""));
}
