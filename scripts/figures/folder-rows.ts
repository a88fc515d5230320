import type { Module } from "../../test/support/import-graph.js";

/** Folders of cli/, each importing values from its own row and those below it. */
const rows: readonly (readonly string[])[] = [
  ["main", "program"],
  ["commands"],
  ["plan"],
  ["advisories", "apply", "doctor", "format"],
  ["selection"],
  ["edits", "merge", "project", "registry"],
  ["errors", "git", "record", "text", "ui"],
];

/** The pairs of folders that import upwards, or each other: "registry -> apply". Types are left aside: a Plan is read by all. */
export function backArrows(modules: readonly Module[]): string[] {
  const pairs = new Set(modules.flatMap(folderPairs));
  return [...pairs].filter((pair) => goesUp(pair) || (pair < mirrored(pair) && pairs.has(mirrored(pair)))).toSorted();
}

function folderPairs({ path, imports }: Module): string[] {
  const targets = imports.flatMap(({ target, typesOnly }) => (typesOnly ? [] : folderOf(target)));
  return targets.filter((folder) => folder !== folderOf(path)).map((folder) => `${folderOf(path)} -> ${folder}`);
}

function goesUp(pair: string): boolean {
  const [from = "", to = ""] = pair.split(" -> ");
  return rowOf(from) > rowOf(to);
}

function mirrored(pair: string): string {
  return pair.split(" -> ").toReversed().join(" -> ");
}

/** "plan" for "cli/plan/steps/mount", "main" for "cli/main". */
function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function rowOf(folder: string): number {
  const row = rows.findIndex((names) => names.includes(folder));
  if (row === -1) throw new Error(`cli/${folder} has no row in scripts/figures/folder-rows.ts`);
  return row;
}
