import { CliError } from "../../errors.js";
import { onlyReformatted } from "../../merge/same-meaning.js";
import type { Project } from "../../project/project.js";
import { installedText } from "../../record/installed-text.js";
import { basePath, rootOf } from "../../record/paths.js";
import type { InstalledItem } from "../../record/schema.js";
import { sha256 } from "../../record/sha256.js";
import type { Draft } from "../draft.js";
import { type Rendered, renderedFiles } from "../files/rendered-files.js";
import { putBackImported } from "../files/still-imported.js";
import type { Part } from "../input.js";
import { isAsInstalled, isUntouched } from "../record/as-installed.js";
import { withEntries, withoutEntries } from "../steps/entries.js";

type RecordedFiles = InstalledItem["files"];

/** Puts the item's files in place, and takes away those of a choice that is no longer made. Returns what is installed. */
export function planFiles(
  part: Part,
  {
    project,
    packages,
    overwrite,
  }: { project: Project; packages: Readonly<Record<string, string>>; overwrite: boolean },
  draft: Draft,
): RecordedFiles {
  const recorded = project.record?.items[part.item.name]?.files ?? {};
  const wanted = renderedFiles(part, project, packages);
  const gone = Object.keys(recorded).filter((path) => !wanted.some((file) => file.path === path));
  if (!overwrite) refuseEdited(part.item.name, wanted, gone, { project, recorded }, draft);
  refuseForeign(wanted, recorded, part, draft);

  for (const path of gone) {
    draft.write(path, null, "belongs to the other choice");
    draft.write(basePath(path), null, "belongs to the other choice");
  }
  const kept: Record<string, RecordedFiles[string]> = {};
  for (const file of wanted)
    kept[file.path] = placeFile(file, recorded[file.path], { project, item: part.item.name, overwrite }, draft);
  for (const { path, by } of putBackImported(gone, project, draft))
    draft.warnings.push(`${path} belongs to the other choice, but ${by} imports it: it stays, and is yours now`);
  return kept;
}

function placeFile(
  file: Rendered,
  known: RecordedFiles[string] | undefined,
  { project, item, overwrite }: { project: Project; item: string; overwrite: boolean },
  draft: Draft,
) {
  const installed = { template: file.template, sha256: sha256(file.text) };
  const current = draft.read(file.path);
  if (known && current !== null && !overwrite && staysAsItIs(current, file, known, project, draft)) return known;
  const own = current === null ? null : withoutEntries(current, file.path, project);
  if (own !== file.text || overwrite) {
    const { text, manual } = withEntries(file.text, { from: file.path, like: overwrite ? null : current }, project);
    draft.write(file.path, text, item);
    draft.manual.push(...manual);
  }
  draft.write(basePath(file.path), file.text, "as installed, for updates");
  return installed;
}

/** What the user has edited, and what has only been laid out anew since the same text was installed. */
function staysAsItIs(
  current: string,
  { path, text }: Rendered,
  recorded: RecordedFiles[string],
  project: Project,
  draft: Draft,
): boolean {
  const base = installedText(recorded, draft.read(basePath(path)), [current, text]).text;
  if (!isAsInstalled(current, { path, recorded, base }, project))
    return withoutEntries(current, path, project) !== text;
  return current !== text && base !== null && onlyReformatted(base, text, path) && draft.read(basePath(path)) !== null;
}

/** A file of the user's at one of our paths: it is never replaced, with or without --overwrite. */
function refuseForeign(wanted: readonly Rendered[], recorded: RecordedFiles, { item }: Part, draft: Draft): void {
  const taken = wanted.filter(({ path, text }) => !recorded[path] && !isOurs(path, text, draft));
  if (taken.length === 0) return;
  const paths = taken.map(({ path }) => path);
  const many = paths.length > 1;
  const way = wayElsewhere(taken, item) ?? `rename ${many ? "them" : "it"}, then add again`;
  throw new CliError("Collision", `${someOf(paths)} ${many ? "are" : "is"} yours already: ${way}`);
}

function isOurs(path: string, text: string, draft: Draft): boolean {
  const there = draft.read(path);
  return there === null || draft.asIn(path, there) === text;
}

/** The flag that puts these files elsewhere. None moves pages, scripts, or an item that stands beside the one it builds on. */
function wayElsewhere(files: readonly Rendered[], { requires }: Part["item"]): string | null {
  const areIn = (root: "src" | "test") => files.every(({ template }) => rootOf(template) === root);
  if (requires.length > 0) return null;
  if (areIn("test")) return "put the tests elsewhere with --tests DIR";
  return areIn("src") ? "choose another source folder with --dir DIR" : null;
}

/** A file of the choice that is being left, or that the new one replaces, which the user has edited. */
function refuseEdited(
  item: string,
  wanted: readonly Rendered[],
  gone: readonly string[],
  { project, recorded }: { project: Project; recorded: RecordedFiles },
  draft: Draft,
): void {
  const swapped = wanted.filter(({ path, template }) => recorded[path] && recorded[path].template !== template);
  const edited = [...gone, ...swapped.map(({ path }) => path)].filter((path) => {
    const there = draft.read(path);
    const text = swapped.find((file) => file.path === path)?.text;
    if (there === null || withoutEntries(there, path, project) === text) return false;
    return !isUntouched(there, { path, recorded: recorded[path]! }, project, draft);
  });
  if (edited.length === 0) return;
  const them = edited.length > 1 ? "them" : "it";
  throw new CliError(
    "Collision",
    `you have edited ${someOf(edited)}, and the other choice of ${item} replaces ${them}: --overwrite lets it`,
  );
}

function someOf(paths: readonly string[]): string {
  const [first, second, third] = paths;
  if (paths.length <= 3) return [first, second, third].filter(Boolean).join(", ");
  return `${first}, ${second} and ${paths.length - 2} more`;
}
