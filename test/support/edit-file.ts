import type { Edit } from "../../cli/edits/edit.js";
import { applyEdit } from "../../cli/plan/apply-edit.js";
import { startDraft } from "../../cli/plan/draft.js";

const path = "a-file-of-the-users";

/** What an edit makes of a file that holds `bytes`, when a draft reads and writes it as in a command. */
export function editFile(bytes: string, edit: (text: string) => Edit): Edit {
  const draft = startDraft(new Map([[path, bytes]]));
  const made = edit(draft.read(path)!);
  applyEdit(made, { path, why: "a test" }, draft);
  return made.kind === "applied" ? { ...made, text: draft.changes()[0]!.after! } : made;
}
