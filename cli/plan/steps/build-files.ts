import { posix } from "node:path";
import { defaultExcludes, excludeFromBuild, includeInBuild } from "../../edits/tsconfig.js";
import { compiles } from "../../project/build/compiled-root.js";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import { isWithin } from "../../text/repo-path.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";
import { scriptSources } from "./scripts.js";

/** Keeps the shipped tests out of a build that would compile them: what it emits must stay as it was. */
export function planBuildExclude(part: Part, project: Project, draft: Draft): readonly string[] {
  const { tsconfig, root } = project;
  if (!tsconfig.emits) return [];
  const compiled = compiles(root, tsconfig);
  const { tests, sources } = shippedFiles(part);
  const seen = tests.filter((path) => compiled(path));
  const patterns = new Set(seen.map((path) => patternOf(path, part.selection.testDir, sources)));
  return [...patterns].flatMap((pattern) => {
    const edit = excludeFromBuild(draft.read(tsconfig.path) ?? "{}", {
      path: posix.relative(posix.dirname(tsconfig.path), pattern),
      defaults: excludedNow(project),
    });
    const why = "keeps the tests that come with it out of the build";
    return applyEdit(edit, { path: tsconfig.path, why }, draft) ?? [];
  });
}

function shippedFiles({ selection, templates }: Part) {
  const placed = (isTest: boolean) =>
    templates
      .filter(({ path }) => path.endsWith(".ts") && path.startsWith("src/") !== isTest)
      .map(({ path }) => placeTemplate(path, selection));
  return { tests: placed(true), sources: placed(false) };
}

/** The folder of ours below the tests' own; beside sources the tests by their ending, and else the file itself. */
function patternOf(path: string, testDir: string, sources: readonly string[]): string {
  const [top = "", ...rest] = posix.relative(testDir, path).split("/");
  const folder = posix.join(testDir, top);
  if (rest.length > 0 && !sources.some((source) => isWithin(source, folder))) return `${folder}/**`;
  const ending = /\.(test|spec)\.[cm]?ts$/.exec(path)?.[0];
  return rest.length > 0 && ending ? `${folder}/**/*${ending}` : path;
}

/** Brings what the scripts run into the build, where no import of the app's leads to it. */
export function planBuildInclude(part: Part, project: Project, draft: Draft): readonly string[] {
  const { tsconfig, root } = project;
  if (!tsconfig.emits || (tsconfig.include === null && tsconfig.files === null)) return [];
  const compiled = compiles(root, tsconfig);
  return scriptSources(part).flatMap((path) => {
    if (compiled(path)) return [];
    const relative = posix.relative(posix.dirname(tsconfig.path), path);
    const edit = includeInBuild(draft.read(tsconfig.path) ?? "{}", relative);
    return applyEdit(edit, { path: tsconfig.path, why: `builds ${path} for production` }, draft) ?? [];
  });
}

/** What is excluded now; a first `exclude` of its own would otherwise take that away. */
function excludedNow({ tsconfig }: Project): readonly string[] {
  const { outDir } = tsconfig.compilerOptions;
  const here = (path: string) => posix.relative(posix.dirname(tsconfig.path), path);
  return tsconfig.exclude?.map(here) ?? defaultExcludes(typeof outDir === "string" ? here(outDir) : undefined);
}
