import { moduleOf } from "../../project/entry/module-path.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { importsOf, withoutComments } from "../../project/sources/source-imports.js";
import { recordedPaths } from "../../record/recorded-paths.js";
import type { Draft } from "../draft.js";
import type { FileOutcome, ManualStep } from "../plan.js";
import type { RemoveInput } from "../remove/remove-input.js";

/** What an update looks at to find imports of what it has moved or dropped. */
export interface UpdatedSources {
  readonly project: Project;
  readonly sources: readonly SourceText[];
  readonly outcomes: readonly FileOutcome[];
}

/** The lines of the user's own that import a file which the update has moved or dropped. */
export function planOutdatedImports({ project, sources, outcomes }: UpdatedSources, draft: Draft): void {
  const files = [...recordedPaths(project.record)];
  const moved = new Map(outcomes.map(({ path, movedFrom }) => [movedFrom, path]));
  const newPlace = (module: string) =>
    moved.has(module) ? `${module} is now ${moved.get(module)}` : `${module} is gone in the new version`;
  planDangling(
    {
      project,
      sources,
      files,
      planned: new Set([...files, ...(project.entry ? [project.entry.path] : [])]),
      settled: outcomes.filter(({ what }) => what === "conflict").map(({ path }) => path),
      reasonOf: (modules) => `it imports files of an item: ${modules.map(newPlace).join(", ")}`,
    },
    draft,
  );
}

/** The lines that import what is taken away, in what stays: the user's own files, and those of the item that were edited. */
export function planDanglingImports({ sources, installed, project }: RemoveInput, draft: Draft): void {
  const files = Object.keys(installed.files);
  const appended = (installed.appends ?? []).map(({ file }) => file);
  const planned = new Set([...files, ...appended, ...installed.patches.map(({ path }) => path)]);
  planDangling({ project, sources, files, planned, settled: [], reasonOf: takenAway }, draft);
}

function takenAway(modules: readonly string[]): string {
  return `it imports ${modules.join(", ")}, which ${modules.length > 1 ? "are" : "is"} taken away`;
}

interface Dangling {
  readonly project: Project;
  readonly sources: readonly SourceText[];
  /** The files that may be gone in the draft. */
  readonly files: readonly string[];
  /** The sources that the plan may change: the draft has their text. */
  readonly planned: ReadonlySet<string>;
  /** Files in which a person has to look around anyway. */
  readonly settled: readonly string[];
  readonly reasonOf: (modules: readonly string[]) => string;
}

/** Leaves a step for each source that imports a file which the draft takes away. */
function planDangling({ project, sources, files, planned, settled, reasonOf }: Dangling, draft: Draft): void {
  const paths = new Set(sources.map(({ path }) => path));
  const gone = new Set(files.filter((path) => paths.has(path) && draft.read(path) === null));
  if (gone.size === 0) return;
  const known = new Set([...draft.manual.map(({ path }) => path), ...settled]);
  for (const { path, text } of sources) {
    const now = planned.has(path) ? draft.read(path) : text;
    if (known.has(path) || now === null) continue;
    const goneModule = (specifier: string) => {
      const module = moduleOf(path, specifier, project.aliases, paths);
      return module !== null && gone.has(module) ? module : null;
    };
    const step = danglingIn({ path, text: now }, goneModule, reasonOf);
    if (step) draft.manual.push(step);
  }
}

function danglingIn(
  { path, text }: SourceText,
  goneModule: (specifier: string) => string | null,
  reasonOf: (modules: readonly string[]) => string,
): ManualStep | null {
  const code = withoutComments(text);
  const specifiers = importsOf(code).filter((specifier) => goneModule(specifier) !== null);
  if (specifiers.length === 0) return null;
  const lines = code
    .split(/\r?\n/)
    .flatMap((line, at) => (specifiers.some((one) => new RegExp(`["']${escaped(one)}["']`).test(line)) ? [at] : []));
  const modules = [...new Set(specifiers.flatMap((one) => goneModule(one) ?? []))];
  return {
    path,
    place: `line ${lines.map((at) => at + 1).join(", ")}`,
    reason: reasonOf(modules),
    lines: lines.map((at) => text.split(/\r?\n/)[at]!.trim()),
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
