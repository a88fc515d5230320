import { addIgnoreLines } from "../../edits/gitignore.js";
import type { InstalledItem } from "../../record/schema.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";

/** Keeps secrets and data out of git. What an earlier version has asked for is not asked for again: the user may have taken it out. */
export function planIgnores({ item }: Part, settled: InstalledItem | null, draft: Draft): readonly string[] {
  const known = settled?.patches.filter(({ path }) => path === ".gitignore").flatMap(({ lines }) => lines) ?? [];
  const wanted = item.gitignore.filter((line) => !known.includes(line));
  const edit = addIgnoreLines(draft.read(".gitignore"), wanted);
  return applyEdit(edit, { path: ".gitignore", why: "keeps secrets and data out of git" }, draft) ?? [];
}
