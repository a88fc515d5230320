import { rewriteTemplateImports } from "../../edits/imports.js";
import { CliError } from "../../errors.js";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import type { TemplateFile } from "../../registry/templates.js";
import type { Part } from "../input.js";

/** A template as it lands in this project. */
export interface Rendered {
  readonly path: string;
  readonly template: string;
  readonly text: string;
}

/** Every file of the item as it lands in this project. Tests that stand among the sources may not take one's place. */
export function renderedFiles(part: Part, project: Project, packages: Readonly<Record<string, string>>): Rendered[] {
  const files = part.templates.map((file) => rendered(file, part, project, packages));
  const owners = new Map<string, string>();
  for (const { path, template } of files) {
    const owner = owners.get(path);
    if (owner) throw bothAt(path, [owner, template]);
    owners.set(path, template);
  }
  return files;
}

function bothAt(path: string, templates: readonly [string, string]): CliError {
  const files = templates.toSorted().join(" and ");
  return new CliError(
    "Collision",
    `${files} would both be ${path}: give the tests a folder of their own with --tests DIR`,
  );
}

/** Renders a template: only its import specifiers change. */
function rendered(
  file: TemplateFile,
  { selection }: Part,
  { modules: { extension } }: Project,
  packages: Readonly<Record<string, string>>,
): Rendered {
  const place = (path: string) => placeTemplate(path, selection);
  const asWritten = extension === ".js" && place("src/x") === "src/x" && place("test/x") === "test/x";
  const renamed = Object.keys(packages).some((name) => file.text.includes(`"${name}`));
  const stays = !file.path.endsWith(".ts") || (asWritten && !renamed);
  // Parsing is the slowest part of an add: a file whose specifiers stay as they are is not parsed.
  const text = stays ? file.text : rewriteTemplateImports(file.text, { from: file.path, place, extension, packages });
  return { path: place(file.path), template: file.template, text };
}
