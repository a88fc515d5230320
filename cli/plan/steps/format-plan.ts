import { onlyReformatted } from "../../merge/same-meaning.js";
import { basePath } from "../../record/paths.js";
import { recordedPaths } from "../../record/recorded-paths.js";
import type { InstalledItem, InstallRecord } from "../../record/schema.js";
import { sha256 } from "../../record/sha256.js";
import type { Change, Plan } from "../plan.js";
import { withRecord } from "../record/with-record.js";

/** A text of a plan that a formatter may lay out: of a new file, or as it was installed. */
export interface Layoutable {
  readonly path: string;
  readonly text: string;
}

/** The same text, as the formatter has it. */
export interface LaidOut extends Layoutable {
  readonly layout: string;
}

/** The new files of a plan, each with its entries in lists, and without them as it becomes the base of later merges. */
export function newTexts(plan: Plan): Layoutable[] {
  const texts = new Map(plan.changes.map(({ path, after }) => [path, after]));
  return newFiles(plan).flatMap(({ path, after }) => {
    const base = texts.get(basePath(path)) ?? after;
    return [...new Set([after!, base!])].map((text) => ({ path, text }));
  });
}

/** The plan with its new files laid out. A text that a formatter would have say something else stays as it is. */
export function formatPlan<P extends Plan>(plan: P, formatter: string, formatted: readonly LaidOut[]): P {
  const layouts = new Map(formatted.map((one) => [`${one.path}\n${one.text}`, one] as const));
  const places = new Map(newFiles(plan).flatMap(({ path }) => [path, basePath(path)].map((at) => [at, path])));
  const format = (change: Change): Change => {
    const found = layouts.get(`${places.get(change.path)}\n${change.after}`);
    return found && isLayout(found) ? { ...change, after: found.layout } : change;
  };
  const changes = plan.changes.map(format);
  const bases = changes.flatMap(({ path, after }) =>
    places.has(path) && path !== places.get(path) && after !== null
      ? [[places.get(path)!, sha256(after)] as const]
      : [],
  );
  return withRecord({ ...plan, changes }, withHashes(plan.record, new Map(bases), formatter));
}

/** The files of which a formatter would have more than the layout otherwise. */
export function saysOtherwise(formatted: readonly LaidOut[]): string[] {
  return [...new Set(formatted.filter((one) => !isLayout(one)).map(({ path }) => path))];
}

function isLayout({ layout, text, path }: LaidOut): boolean {
  return onlyReformatted(layout, text, path);
}

/** Files that an add makes, or replaces by those of another choice; an update leaves what is there to its merge. */
function newFiles({ changes, record, kind: planKind }: Plan): Change[] {
  const ours = recordedPaths(record);
  const paths = new Set(changes.map(({ path }) => path));
  const isNew = ({ path, kind }: Change) =>
    kind === "create" || (kind === "edit" && planKind !== "update" && paths.has(basePath(path)));
  return changes.filter((change) => ours.has(change.path) && isNew(change));
}

function withHashes({ items }: InstallRecord, hashes: ReadonlyMap<string, string>, format: string): InstallRecord {
  const entries = Object.entries(items).map(([name, item]): [string, InstalledItem] => {
    if (!Object.keys(item.files).some((path) => hashes.has(path))) return [name, item];
    const files = Object.entries(item.files).map(([path, known]) => [
      path,
      { ...known, sha256: hashes.get(path) ?? known.sha256 },
    ]);
    return [name, { ...item, format, files: Object.fromEntries(files) }];
  });
  return { version: 1, items: Object.fromEntries(entries) };
}
