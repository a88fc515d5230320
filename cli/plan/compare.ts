import type { Conflict } from "../merge/merge-text.js";
import { inLayoutOf } from "../merge/relayout.js";
import type { Project } from "../project/project.js";
import { installedText } from "../record/installed-text.js";
import { basePath } from "../record/paths.js";
import type { InstalledItem } from "../record/schema.js";
import { withoutMark } from "../text/byte-order-mark.js";
import { inShapeOf, splitLines } from "../text/text-lines.js";
import type { Snapshot } from "./draft.js";
import { type Rendered, renderedFiles } from "./files/rendered-files.js";
import type { Part } from "./input.js";
import { planDependencies } from "./packages/dependencies.js";
import type { FileOutcome } from "./plan.js";
import { isAsInstalled } from "./record/as-installed.js";
import { inBaseLayout } from "./record/base-layout.js";
import { hasAllEntries, withEntries, withoutEntries } from "./steps/entries.js";
import { findOrigins } from "./update/update-origins.js";

/** One file of an item in its three versions. Null: there is none, or for `base`, it is not known any more. */
export interface FileComparison {
  /** Where it stands in the user's repo; a new file has the place that it would get. */
  readonly path: string;
  /** Where the new version puts it, when that is elsewhere. */
  readonly movedTo: string | null;
  readonly base: string | null;
  readonly yours: string | null;
  readonly newer: string | null;
  readonly changedByYou: boolean;
  readonly changedByNewer: boolean;
  /** Where both have changed it: whether that merges, and the places in the user's file that don't. */
  readonly both: { readonly conflicts: readonly Conflict[]; readonly reason: string | null } | null;
}

/**
 * Compares the files of an installed item as they were installed, as they are, and as the new version has them.
 * `outcomes` are those of an update that would settle every conflict.
 */
export function compareFiles(
  part: Part,
  { project, files, outcomes }: { project: Project; files: Snapshot; outcomes: readonly FileOutcome[] },
): FileComparison[] {
  const { files: recorded, format } = project.record!.items[part.item.name]!;
  const { packages } = planDependencies(part, project);
  const texts = renderedFiles(part, project, packages);
  const { wanted, gone } = findOrigins(part, recorded, texts);
  return [
    ...wanted.map(({ file, from }) => {
      const outcome = outcomes.find(({ path }) => path === file.path);
      return compare(file, from, { project, recorded, format, files, outcome });
    }),
    ...gone.map((path) => compare(null, path, { project, recorded, format, files, outcome: undefined })),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

interface Compared {
  readonly project: Project;
  readonly recorded: InstalledItem["files"];
  readonly format: string | undefined;
  readonly files: Snapshot;
  readonly outcome: FileOutcome | undefined;
}

function compare(file: Rendered | null, from: string | null, facts: Compared): FileComparison {
  const path = from ?? file!.path;
  const yours = facts.files.get(path) ?? null;
  const movedTo = file && file.path !== path ? file.path : null;
  const texts = from && facts.recorded[from] ? versionsOf(file, from, yours, facts) : null;
  if (texts === null) return { path, movedTo, yours, ...besideNew(yours, file?.text ?? null) };
  const { known, base, newer } = texts;
  const changedByYou = !alike(base, yours);
  const changedByNewer = movedTo !== null || !alike(base, newer);
  const touched = (changedByYou || !known) && changedByNewer && !alike(yours, newer);
  const both = touched && yours !== null && newer !== null ? meet(facts.outcome) : null;
  return { path, movedTo, base, yours, newer, changedByYou, changedByNewer, both };
}

/** A file that is new: nothing, or a file of the user's, stands where it would go. */
function besideNew(yours: string | null, newer: string | null) {
  const foreign = yours !== null && !alike(yours, newer);
  const both = foreign ? { conflicts: [], reason: "a file of yours stands where a new one would go" } : null;
  return { base: null, newer, changedByYou: foreign, changedByNewer: yours === null, both };
}

/** The text as installed and the new one, each with the entries of other items; `known` is whether the first still is. */
function versionsOf(
  file: Rendered | null,
  from: string,
  yours: string | null,
  { project, recorded, format, files }: Compared,
): { readonly known: boolean; readonly base: string | null; readonly newer: string | null } {
  const known = recorded[from]!;
  const own = yours && withoutEntries(withoutMark(yours), from, project);
  const installed = installedText(known, files.get(basePath(from)) ?? null, [own, file?.text ?? null]).text;
  const pristine = file && inBaseLayout(file.text, installed, from, format);
  const whole = (text: string, at: string) =>
    withEntries(text, { from, path: at, like: yours, all: true }, project).text;
  const isUntouched = yours !== null && isAsInstalled(yours, { path: from, recorded: known, base: installed }, project);
  const asInstalled = isUntouched && hasAllEntries(yours, from, project);
  const newText = (text: string) =>
    asInstalled && !alike(yours, installed && whole(installed, from)) ? inLayoutOf(text, yours, from) : text;
  // Without it, only the two texts that are there can be compared.
  const base = installed === null || asInstalled ? yours : whole(installed, from);
  const isSame = pristine === null || alike(pristine, installed);
  const newer = isSame ? pristine && base : newText(whole(pristine, file!.path));
  return { known: installed !== null, base, newer };
}

function meet(outcome: FileOutcome | undefined): FileComparison["both"] {
  const why = outcome?.what === "refused" || outcome?.what === "taken" ? outcome.note : outcome?.reason;
  return { conflicts: outcome?.conflicts ?? [], reason: why ?? null };
}

/** Line endings and a byte order mark are the user's editor's, not an edit. */
function alike(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  const { lines, closed } = splitLines(one);
  return inShapeOf(lines, other, closed) === other;
}
