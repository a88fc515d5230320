import { addIgnoreLines } from "../edits/gitignore.js";
import { type NewProject, newProject } from "../project/new-project.js";
import type { PackageJson } from "../project/project.js";
import { chosenParts } from "../registry/choices.js";
import type { TemplateFile } from "../registry/templates.js";
import { withMarkOf, withoutMark } from "../text/byte-order-mark.js";
import { planAdd } from "./add/plan-add.js";
import type { Snapshot } from "./draft.js";
import { type Part, pathsToRead } from "./input.js";
import type { AddedDependency, Addition, Change } from "./plan.js";

/** All that `planInit` looks at. */
export interface InitInput {
  readonly place: NewProject;
  /** The name in package.json. */
  readonly name: string;
  /** The files of templates/project. */
  readonly templates: readonly TemplateFile[];
  /** The item that the project is made with, then those that its choices bring. */
  readonly parts: readonly Part[];
  /** What may stand in the folder already: the texts of `keptPaths`. */
  readonly files: Snapshot;
  readonly secret: () => string;
  readonly install: boolean;
}

/** Files that a new repository often has: the user's README stays, and .gitignore gains lines. */
export const keptPaths = ["README.md", ".gitignore"] as const;

const ignored = ["node_modules/", "dist/", "coverage/"];

/** A new project with the items in it, as one plan: the files of the project, and what `add` makes of them. Pure. */
export function planInit(input: InitInput): Addition {
  const { place, parts, install, files, secret } = input;
  const own = projectFiles(input);
  const project = newProject(own, place);
  const before = new Map(pathsToRead(project, parts).map((path) => [path, own.get(path) ?? null]));
  const added = planAdd({ project, parts, files: before, secret, install: false, overwrite: false });
  return {
    ...added,
    changes: mergeChanges(own, added.changes, files),
    dependencies: [...dependenciesOf(project.packageJson), ...added.dependencies],
    install: install ? project.packageManager.install : null,
    warnings: [...added.warnings, ...keptWarnings(files)],
    nextSteps: withoutOwnSteps(added.nextSteps, parts[0]!),
  };
}

function projectFiles({ templates, files, name }: InitInput): ReadonlyMap<string, string> {
  const texts = new Map(templates.map(({ path, text }) => [path, text]));
  texts.set("package.json", named(texts.get("package.json") ?? "{}", name));
  if (files.get("README.md") != null) texts.delete("README.md");
  const present = files.get(".gitignore") ?? null;
  const edit = addIgnoreLines(present && withoutMark(present), ignored);
  return texts.set(".gitignore", edit.kind === "applied" ? withMarkOf(present, edit.text) : (present ?? ""));
}

function named(packageJson: string, name: string): string {
  return `${JSON.stringify({ ...JSON.parse(packageJson), name }, null, 2)}\n`;
}

/** The new project's README says what the first item's own steps say; those of its choices stand before them. */
function withoutOwnSteps(steps: readonly string[], { item, selection }: Part): string[] {
  const end = chosenParts(item, selection.choices).nextSteps.length;
  const start = end - item.nextSteps.length;
  return [...steps.slice(0, start), ...steps.slice(end)];
}

/** Each file once, with the text it ends with, against what is on the disk. */
function mergeChanges(own: ReadonlyMap<string, string>, added: readonly Change[], files: Snapshot): Change[] {
  const written = [...own].map(([path, after]) => ({ path, after, why: "the new project", secret: false }));
  const changes = new Map<string, Pick<Change, "path" | "after" | "why" | "secret">>();
  for (const change of [...written, ...added]) changes.set(change.path, change);
  return [...changes.values()]
    .map(({ path, after, why, secret }) => ({ path, after, why, secret, before: files.get(path) ?? null }))
    .filter(({ before, after }) => before !== after)
    .map((change) => ({ ...change, kind: change.before === null ? ("create" as const) : ("edit" as const) }));
}

function dependenciesOf({ dependencies, devDependencies }: PackageJson): AddedDependency[] {
  const listed = (ranges: Readonly<Record<string, string>>, dev: boolean) =>
    Object.entries(ranges).map(([name, range]) => ({ name, range, dev, raisedFrom: null }));
  return [...listed(dependencies, false), ...listed(devDependencies, true)];
}

function keptWarnings(files: Snapshot): string[] {
  return files.get("README.md") == null ? [] : ["README.md is yours and stays"];
}
