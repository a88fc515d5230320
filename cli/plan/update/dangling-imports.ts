import { moduleOf } from "../../project/entry/module-path.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { importsOf, withoutComments } from "../../project/sources/source-imports.js";
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
  const paths = new Set(sources.map(({ path }) => path));
  const files = Object.values(project.record?.items ?? {}).flatMap((item) => Object.keys(item.files));
  const gone = new Set(files.filter((path) => paths.has(path) && draft.read(path) === null));
  const moved = new Map(outcomes.map(({ path, movedFrom }) => [movedFrom, path]));
  const conflicting = outcomes.filter(({ what }) => what === "conflict").map(({ path }) => path);
  const known = new Set([...draft.manual.map(({ path }) => path), ...conflicting]);
  const planned = new Set([...files, project.entry?.path]);
  const newPlace = (module: string) =>
    moved.has(module) ? `${module} is now ${moved.get(module)}` : `${module} is gone in the new version`;
  const fate = (modules: readonly string[]) => `it imports files of an item: ${modules.map(newPlace).join(", ")}`;
  for (const { path, text } of sources) {
    const now = planned.has(path) ? draft.read(path) : text;
    if (known.has(path) || now === null) continue;
    const step = danglingIn(
      { path, text: now },
      (specifier) => {
        const module = moduleOf(path, specifier, project.aliases, paths);
        return module !== null && gone.has(module) ? module : null;
      },
      fate,
    );
    if (step) draft.manual.push(step);
  }
}

/** The lines that import what is taken away, in what stays: the user's own files, and those of the item that were edited. */
export function planDanglingImports(input: RemoveInput, draft: Draft): void {
  const { sources, installed, project } = input;
  const paths = new Set(sources.map(({ path }) => path));
  const gone = new Set(Object.keys(installed.files).filter((path) => paths.has(path) && draft.read(path) === null));
  const known = new Set(draft.manual.map(({ path }) => path));
  const appended = (installed.appends ?? []).map(({ file }) => ({ path: file }));
  const patched = new Set([...installed.patches, ...appended].map(({ path }) => path));
  for (const { path, text } of sources) {
    // An installed file that was edited stays, and may import others that go.
    if (gone.has(path) || known.has(path)) continue;
    const now = patched.has(path) || installed.files[path] ? (draft.read(path) ?? "") : text;
    const step = danglingIn(
      { path, text: now },
      (specifier) => {
        const module = moduleOf(path, specifier, project.aliases, paths);
        return module !== null && gone.has(module) ? module : null;
      },
      takenAway,
    );
    if (step) draft.manual.push(step);
  }
}

function takenAway(modules: readonly string[]): string {
  return `it imports ${modules.join(", ")}, which ${modules.length > 1 ? "are" : "is"} taken away`;
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
