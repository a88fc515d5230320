import { addToPackageJson } from "../../edits/package-json.js";
import { packageJsonOf } from "../../project/packages/package-json.js";
import type { Project } from "../../project/project.js";
import { parseObject } from "../../text/json.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { AddedDependency } from "../plan.js";

/** What package.json gains. `setScripts` are scripts of ours that change. */
export interface ManifestNeeds {
  readonly dependencies: readonly AddedDependency[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly setScripts?: Readonly<Record<string, string>>;
}

/** The project with package.json as the items before have left it. */
export function withManifest(project: Project, draft: Draft): Project {
  const text = draft.read("package.json") ?? "{}";
  const members = text === project.packageJson.text ? null : parseObject(text);
  return members ? { ...project, packageJson: packageJsonOf(text, members) } : project;
}

/** Adds dependencies and scripts to package.json, in one edit. */
export function planManifest({ dependencies, scripts, setScripts = {} }: ManifestNeeds, draft: Draft): void {
  const ranges = (of: (added: AddedDependency) => boolean) =>
    Object.fromEntries(dependencies.filter(of).map(({ name, range }) => [name, range]));
  const edit = addToPackageJson(draft.read("package.json") ?? "{}", {
    dependencies: ranges(({ dev }) => !dev),
    devDependencies: ranges(({ dev }) => dev),
    setRanges: ranges(({ raisedFrom }) => raisedFrom !== null),
    scripts,
    setScripts,
  });
  applyEdit(edit, { path: "package.json", why: "dependencies and scripts" }, draft);
}
