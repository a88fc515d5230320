import { addCompilerOption } from "../../edits/tsconfig.js";
import type { Project } from "../../project/project.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";

const line = '"skipLibCheck": true';
const reason = "you set it to false, and the type declarations of drizzle-orm don't pass a full check";

/** drizzle-orm's type declarations don't pass a full check: without this option the user's build would break. */
export function planLibraryCheck({ tsconfig }: Project, draft: Draft): readonly string[] {
  const set = tsconfig.compilerOptions["skipLibCheck"];
  if (set === false) draft.manual.push({ path: tsconfig.path, place: 'in "compilerOptions"', reason, lines: [line] });
  if (set !== undefined) return [];
  const edit = addCompilerOption(draft.read(tsconfig.path) ?? "{}", "skipLibCheck", true);
  return applyEdit(edit, { path: tsconfig.path, why: "skips the check of libraries' own types" }, draft) ?? [];
}
