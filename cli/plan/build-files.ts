import { join, posix } from "node:path";
import { createFilesMatcher } from "get-tsconfig";
import { defaultExcludes, excludeFromBuild, includeInBuild } from "../edits/tsconfig.js";
import { configOf } from "../project/build/compiled-root.js";
import type { Project } from "../project/project.js";
import { applyEdit } from "./apply-edit.js";
import type { Draft } from "./draft.js";
import type { Part } from "./input.js";
import { placeTemplate } from "./paths.js";

/** Keeps the shipped tests out of a build that would compile them: what it emits must stay as it was. */
export function planBuildExclude({ selection, templates }: Part, project: Project, draft: Draft): readonly string[] {
  const { tsconfig, root } = project;
  if (!tsconfig.emits) return [];
  const compiled = createFilesMatcher({ path: join(root, tsconfig.path), config: configOf(tsconfig) });
  const shipped = templates
    .filter(({ path }) => !path.startsWith("src/"))
    .map(({ path }) => placeTemplate(path, selection));
  const added: string[] = [];
  for (const path of shipped.filter((path) => compiled(join(root, path)))) {
    const source = draft.read(tsconfig.path) ?? "{}";
    const relative = posix.relative(posix.dirname(tsconfig.path), path);
    const edit = excludeFromBuild(source, { path: relative, defaults: excludedNow(project) });
    const lines = applyEdit(
      edit,
      { path: tsconfig.path, why: "keeps the tests that come with it out of the build" },
      draft,
    );
    added.push(...(lines ?? []));
  }
  return added;
}

/** Brings what the scripts run into the build, where no import of the app's leads to it. */
export function planBuildInclude({ item, selection }: Part, project: Project, draft: Draft): readonly string[] {
  const { tsconfig, root } = project;
  if (!tsconfig.emits || (tsconfig.include === null && tsconfig.files === null)) return [];
  const compiled = createFilesMatcher({ path: join(root, tsconfig.path), config: configOf(tsconfig) });
  const run = Object.values(item.scripts).flatMap((script) => script.match(/\{src\}\S+\.ts\b/g) ?? []);
  const paths = new Set(run.map((path) => placeTemplate(path.replace("{src}", "src"), selection)));
  return [...paths].flatMap((path) => {
    if (compiled(join(root, path))) return [];
    const relative = posix.relative(posix.dirname(tsconfig.path), path);
    const edit = includeInBuild(draft.read(tsconfig.path) ?? "{}", relative);
    return applyEdit(edit, { path: tsconfig.path, why: `builds ${path} for production` }, draft) ?? [];
  });
}

/** What is excluded now; a first `exclude` of its own would otherwise take that away. */
function excludedNow({ tsconfig }: Project): readonly string[] {
  const { outDir } = tsconfig.compilerOptions;
  return tsconfig.exclude ?? defaultExcludes(typeof outDir === "string" ? outDir : undefined);
}
