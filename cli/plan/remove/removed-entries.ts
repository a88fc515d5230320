import { removeListEntry } from "../../edits/list-entry.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import { listEntry } from "../steps/entries.js";
import type { RemoveInput } from "./remove-input.js";

/** Takes the item's entries out of the lists of other items. */
export function planRemovedEntries({ installed, project, item }: RemoveInput, draft: Draft): void {
  for (const one of installed.appends ?? []) {
    const text = draft.read(one.file);
    if (text === null) continue;
    const edit = removeListEntry(text, listEntry(one, project));
    const byHand = { place: "take these out by hand" };
    const target = { path: one.file, why: `the entries of ${item}` };
    applyEdit(edit.kind === "cannot" ? { ...edit, ...byHand } : edit, target, draft);
  }
}
