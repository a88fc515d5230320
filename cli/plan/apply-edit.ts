import type { Edit } from "../edits/edit.js";
import type { Draft } from "./draft.js";

/** What an edit of a user's file is for. */
export interface EditTarget {
  readonly path: string;
  readonly why: string;
  readonly secret?: boolean;
}

/** Puts the outcome of an edit into the draft. Returns the lines that were added, or null when a person has to do it. */
export function applyEdit(edit: Edit, { path, why, secret }: EditTarget, draft: Draft): readonly string[] | null {
  switch (edit.kind) {
    case "already":
      return [];
    case "applied":
      draft.edit(path, edit.text, why, secret);
      if (edit.note) draft.warnings.push(`${path}: ${edit.note}`);
      return edit.added;
    case "cannot":
      draft.manual.push({ path, place: edit.place, reason: edit.reason, lines: edit.paste });
      return null;
  }
}
