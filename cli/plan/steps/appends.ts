import { isDeepStrictEqual } from "node:util";
import { appendListEntry, hasListEntry, removeListEntry } from "../../edits/list-entry.js";
import { CliError } from "../../errors.js";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import type { Appended, InstallRecord } from "../../record/schema.js";
import { typedNames } from "../../selection/companions.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";
import { listEntry } from "./entries.js";

/** What the entries of an item are put into. */
export interface AppendsInput {
  readonly project: Project;
  /** With the items that this one requires in it. */
  readonly record: InstallRecord;
  /** Put those back that the user has taken out. */
  readonly overwrite: boolean;
}

/** Puts the item's entries into the lists of the items that it requires. Returns what is there by now, for the record. */
export function planAppends(part: Part, input: AppendsInput, draft: Draft): Appended[] {
  const known = input.record.items[part.item.name]?.appends ?? [];
  const wanted = (part.item.appends ?? []).map(({ file, list, entry, from }) => ({
    file: placeTemplate(file, part.selection),
    list,
    entry,
    from: placeTemplate(from, part.selection),
  }));
  for (const one of wanted) refuseStranger(one, part, input.record);
  const isWanted = (one: Appended) => wanted.some((other) => isSame(one, other));
  for (const one of known.filter((other) => !isWanted(other))) takeOut(one, input.project, draft);
  for (const one of wanted) putIn(one, known.find((other) => isSame(one, other)) ?? null, input, part, draft);
  return wanted;
}

/** The entries that came with these items, for people to see. */
export function newAppends(parts: readonly Part[], before: InstallRecord | null, after: InstallRecord) {
  return parts.flatMap(({ item: { name } }) => {
    const known = before?.items[name]?.appends ?? [];
    const fresh = (after.items[name]?.appends ?? []).filter((one) => !known.some((other) => isSame(one, other)));
    return fresh.map((one) => ({ item: name, ...one }));
  });
}

function isSame(one: Appended, other: Appended): boolean {
  return one.file === other.file && one.list === other.list && one.entry === other.entry;
}

function putIn(one: Appended, known: Appended | null, input: AppendsInput, { item }: Part, draft: Draft): void {
  const { project, overwrite } = input;
  const before = draft.read(one.file);
  const stood = known === null || before === null || hasListEntry(before, listEntry(known, project));
  if (known && stood && !isDeepStrictEqual(known, one)) takeOut(known, project, draft);
  const target = { path: one.file, why: `${item.name}: ${one.entry} in ${one.list}` };
  const edit = appendListEntry(draft.read(one.file) ?? "", listEntry(one, project));
  if (edit.kind === "applied" && !stood && !overwrite) {
    const [typed] = typedNames(item.name, (name) => input.record.items[name]?.comesWith);
    draft.warnings.push(
      `${one.file} no longer has ${one.entry} of ${item.name} in ${one.list}: left as it is ` +
        `("authwright add ${typed} --overwrite" puts it back)`,
    );
    return;
  }
  if (edit.kind === "cannot") forget(edit.place, one, draft);
  applyEdit(before === null && edit.kind === "cannot" ? { ...edit, reason: "it is not there" } : edit, target, draft);
}

/** An update of the base has left the same step already, in words of the version before. */
function forget(place: string, { file, entry }: Appended, { manual }: Draft): void {
  const at = manual.findIndex((step) => step.path === file && step.place === place && step.lines.at(-1) === entry);
  if (at !== -1) manual.splice(at, 1);
}

function takeOut(one: Appended, project: Project, draft: Draft): void {
  const text = draft.read(one.file);
  if (text === null) return;
  applyEdit(removeListEntry(text, listEntry(one, project)), { path: one.file, why: `no ${one.entry} any more` }, draft);
}

/** An item reaches into files of what it requires, and nowhere else: not into the user's own. */
function refuseStranger({ file, list }: Appended, { item, origin }: Part, record: InstallRecord): void {
  if (requiredBy(item.requires, record).some((name) => record.items[name]?.files[file])) return;
  throw new CliError(
    origin ? "BadRegistry" : "DamagedRegistry",
    `${item.name} appends to ${list} of ${file}, which is no file of an item that it requires: its owner has to repair it`,
  );
}

/** These items and all that they require themselves. */
function requiredBy(names: readonly string[], record: InstallRecord, seen: ReadonlySet<string> = new Set()): string[] {
  return names.flatMap((name) => {
    if (seen.has(name)) return [];
    return [name, ...requiredBy(record.items[name]?.requires ?? [], record, new Set([...seen, name]))];
  });
}
