import { addCompilerOption } from "../../edits/tsconfig.js";
import type { Project } from "../../project/project.js";
import { chosenParts } from "../../registry/choices.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";

const option = "skipLibCheck";

/** The type declarations of some packages don't pass a full check: without this option the user's build would break. */
export function planLibraryCheck(part: Part, { tsconfig }: Project, draft: Draft): readonly string[] {
  const [name] = uncheckable(part);
  if (name === undefined) return [];
  const set = tsconfig.compilerOptions[option];
  if (set === false) {
    const reason = `you set it to false, and the type declarations of ${name} don't pass a full check`;
    draft.manual.push({ path: tsconfig.path, place: 'in "compilerOptions"', reason, lines: [`"${option}": true`] });
  }
  if (set !== undefined) return [];
  const edit = addCompilerOption(draft.read(tsconfig.path) ?? "{}", option, true);
  return applyEdit(edit, { path: tsconfig.path, why: "skips the check of libraries' own types" }, draft) ?? [];
}

/** The packages that want the option, of an item and of what it requires. */
function uncheckable({ item, selection, required = [] }: Part): string[] {
  const chosen = [chosenParts(item, selection.choices), ...required];
  const all = chosen.flatMap((one) => Object.entries({ ...one.dependencies, ...one.devDependencies }));
  return all.filter(([, { compilerOptions }]) => compilerOptions?.skipLibCheck).map(([name]) => name);
}
