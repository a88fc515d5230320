import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { CliError } from "../errors.js";
import { attempt } from "../text/attempt.js";

/** One file of an item, as it stands in templates/. */
export interface TemplateFile {
  /** Below templates/, e.g. "audit-log/base/src/audit/log.ts": the record names it. */
  readonly template: string;
  /** Where it goes in a repo whose sources are in src/ and whose tests are in test/. */
  readonly path: string;
  readonly text: string;
}

/** The files of an item for the chosen values: those of base, and those of one value of each choice. */
export async function readTemplates(
  root: string,
  item: string,
  choices: Readonly<Record<string, string>>,
): Promise<TemplateFile[]> {
  const folders = ["base", ...Object.entries(choices).map(([name, value]) => `${name}/${value}`)];
  const files = folders.map((folder) => readFolder(join(root, "templates"), `${item}/${folder}`));
  const empty = folders.find((_, index) => files[index]!.length === 0);
  if (empty) throw new CliError("DamagedRegistry", `templates/${item}/${empty} is empty: install authwright again`);
  return ownedOnce(files.flat());
}

/** Refuses two files for one path: which of them would be installed? */
export function ownedOnce(
  files: readonly TemplateFile[],
  refuse = (reason: string) => new CliError("DamagedRegistry", reason),
): TemplateFile[] {
  const owners = new Map<string, string>();
  for (const { path, template } of files) {
    const owner = owners.get(path);
    if (owner) throw refuse(`${owner} and ${template} both own ${path}`);
    owners.set(path, template);
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function readFolder(templates: string, folder: string): TemplateFile[] {
  const base = join(templates, folder);
  return entriesBelow(base).map((entry) => {
    const full = join(entry.parentPath, entry.name);
    const path = full
      .slice(base.length + sep.length)
      .split(sep)
      .join("/");
    return { template: `${folder}/${path}`, path, text: readFileSync(full, "utf8") };
  });
}

function entriesBelow(base: string) {
  const entries = attempt(() => readdirSync(base, { recursive: true, withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isFile());
}
