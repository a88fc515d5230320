import { installedText } from "../../record/installed-text.js";
import { basePath } from "../../record/paths.js";
import type { Draft } from "../draft.js";
import type { KeptPart } from "../plan.js";
import { isAsInstalled } from "../record/as-installed.js";
import { stillImported } from "../update/still-imported.js";
import type { RemoveInput } from "./remove-input.js";

/** Takes the item's files away. Returns those that the user has edited: they stay. */
export function planRemovedFiles({ installed, item, force, project }: RemoveInput, draft: Draft): KeptPart[] {
  const kept: KeptPart[] = [];
  for (const [path, recorded] of Object.entries(installed.files)) {
    const [text, base] = [draft.read(path), draft.read(basePath(path))];
    if (base !== null) draft.write(basePath(path), null, "as installed, for updates");
    if (text === null) continue;
    const known = { path, recorded, base: installedText(recorded, base, [text]).text };
    if (force || isAsInstalled(text, known, project)) draft.write(path, null, item);
    else kept.push({ what: path, why: "you have edited it; --force deletes it" });
  }
  return kept;
}

/** Puts back what a file that stays imports: an edited one of the item, or one of another item. Returns those files. */
export function planImportedFiles(input: RemoveInput, draft: Draft): KeptPart[] {
  const { installed, project, files, sources, kept: before = [] } = input;
  const recorded = Object.values(project.record?.items ?? {}).flatMap((item) => Object.keys(item.files));
  const ours = new Set([...recorded, ...before]);
  const gone = Object.keys(installed.files).filter((path) => draft.read(path) === null && files.get(path) != null);
  const staying = sources
    .filter(({ path }) => ours.has(path))
    .map(({ path, text }) => ({ path, text: files.has(path) ? draft.read(path) : text }))
    .flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
  const leaving = gone.map((path) => ({ path, text: files.get(path)! }));
  return stillImported({ staying, leaving }, project).map(({ path, text, by }) => {
    draft.write(path, text, "stays");
    return { what: path, why: `${by} stays and imports it` };
  });
}
