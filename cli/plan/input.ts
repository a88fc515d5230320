import type { Project } from "../project/project.js";
import { attributesPath, basePath, placeTemplate, recordPath } from "../record/paths.js";
import { recordedPaths } from "../record/recorded-paths.js";
import type { Origin } from "../registry/catalogue/shelf.js";
import type { ItemFacts } from "../registry/facts/facts.js";
import type { RegistryItem } from "../registry/registry.js";
import type { TemplateFile } from "../registry/templates.js";
import type { Snapshot } from "./draft.js";
import type { Selection } from "./plan.js";

/** One item to add, with the files of its chosen values. */
export interface Part {
  readonly item: RegistryItem;
  readonly selection: Selection;
  readonly templates: readonly TemplateFile[];
  /** Where it is from, if not from this package. */
  readonly origin?: Origin | null;
  /** What it says of itself, if it is not from this package. */
  readonly facts?: ItemFacts | undefined;
  /** All that it requires. */
  readonly required?: readonly RegistryItem[];
}

/** All that `planAdd` looks at. */
export interface PlanInput {
  readonly project: Project;
  readonly parts: readonly Part[];
  readonly files: Snapshot;
  /** A fresh secret each time. */
  readonly secret: () => string;
  /** Whether the package manager is to run. */
  readonly install: boolean;
  /** Replace files of the record that the user has edited. */
  readonly overwrite: boolean;
}

/** The paths whose text `planAdd` needs. */
export function pathsToRead(project: Project, parts: readonly Part[]): string[] {
  const placed = parts.flatMap(({ selection, templates }) =>
    templates.map(({ path }) => placeTemplate(path, selection)),
  );
  const recorded = [...recordedPaths(project.record)];
  const ours = [...placed, ...recorded].flatMap((path) => [path, basePath(path)]);
  const theirs = [
    "package.json",
    ".env",
    project.sampleEnv,
    ".gitignore",
    project.tsconfig.path,
    recordPath,
    attributesPath,
  ];
  return [...new Set([...ours, ...theirs, ...(project.entry ? [project.entry.path] : [])])];
}
