import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

type Machine = Readonly<Record<string, string | undefined>>;

/** The path of the first of these programs that the machine has, or null. */
export function findProgram(names: readonly string[], machine: Machine = process.env): string | null {
  const folders = (machine["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram) ?? null;
}

/**
 * Why tests that need one of these programs can't run here, by its name, or null. In CI nothing is skipped: there they
 * fail for want of it.
 */
export function whyNot(names: readonly string[], machine: Machine = process.env): string | null {
  return machine["CI"] || findProgram(names, machine) ? null : `${names[0]} is not installed`;
}

/** What the name of a test says at its end, so that a run shows what it has left out. */
export function unrun(why: string | null): string {
  return why === null ? "" : ` (not run: ${why})`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
