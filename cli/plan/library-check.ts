import { addCompilerOption } from "../edits/tsconfig.js";
import type { Project } from "../project/project.js";
import { applyEdit } from "./apply-edit.js";
import type { Draft } from "./draft.js";

/** drizzle-orm's type declarations don't pass a full check: without this option the user's build would break. */
export function planLibraryCheck({ tsconfig }: Project, draft: Draft): readonly string[] {
  if ("skipLibCheck" in tsconfig.compilerOptions) return [];
  const edit = addCompilerOption(draft.read(tsconfig.path) ?? "{}", "skipLibCheck", true);
  return applyEdit(edit, { path: tsconfig.path, why: "skips the check of libraries' own types" }, draft) ?? [];
}
