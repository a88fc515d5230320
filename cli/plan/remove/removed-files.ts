import { basePath } from "../../record/paths.js";
import { recordedPaths } from "../../record/recorded-paths.js";
import type { Draft } from "../draft.js";
import { stillImported } from "../files/still-imported.js";
import type { KeptPart } from "../plan.js";
import { isUntouched } from "../record/as-installed.js";
import type { RemoveInput } from "./remove-input.js";

/** Takes the item's files away. Returns those that the user has edited: they stay. */
export function planRemovedFiles({ installed, item, force, project }: RemoveInput, draft: Draft): KeptPart[] {
  const kept: KeptPart[] = [];
  for (const [path, recorded] of Object.entries(installed.files)) {
    const text = draft.read(path);
    const goes = text !== null && (force || isUntouched(text, { path, recorded }, project, draft));
    if (draft.read(basePath(path)) !== null) draft.write(basePath(path), null, "as installed, for updates");
    if (goes) draft.write(path, null, item);
    else if (text !== null) kept.push({ what: path, why: "you have edited it; --force deletes it" });
  }
  return kept;
}

/** Puts back what a file that stays imports: an edited one of the item, or one of another item. Returns those files. */
export function planImportedFiles(input: RemoveInput, draft: Draft): KeptPart[] {
  const { installed, project, files, sources, kept: before = [] } = input;
  const recorded = [...recordedPaths(project.record)];
  const ours = new Set([...recorded, ...before]);
  const gone = Object.keys(installed.files).filter((path) => draft.read(path) === null && files.get(path) != null);
  const staying = sources
    .filter(({ path }) => ours.has(path))
    .map(({ path, text }) => ({ path, text: files.has(path) ? draft.read(path) : text }))
    .flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
  const leaving = gone.map((path) => ({ path, text: draft.original(path)! }));
  return stillImported({ staying, leaving }, project).map(({ path, text, by }) => {
    draft.edit(path, text, "stays");
    return { what: path, why: `${by} stays and imports it` };
  });
}
