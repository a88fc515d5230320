import { CliError, exitCode } from "../../errors.js";
import { markersLeft } from "../../merge/markers.js";
import { startDraft } from "../../plan/draft.js";
import { emptyPlan, type Plan, type Settlement } from "../../plan/plan.js";
import { writeRecord } from "../../plan/record/extend-record.js";
import type { Project } from "../../project/project.js";
import { recordPath } from "../../record/paths.js";
import type { InstalledItem, InstallRecord } from "../../record/schema.js";
import { installedSelection } from "../../selection/installed-selection.js";
import { jsonResult, result } from "../../ui/output.js";
import { planJson } from "../../ui/plan-json.js";
import type { Context } from "../context.js";
import { apply } from "./carry-out.js";
import { formatRecord } from "./format-record.js";
import { readSnapshot } from "./read-snapshot.js";

/** Ends an update that has left conflict markers: checks that none is left, and records it. Returns the exit code. */
export async function continueUpdate(project: Project, context: Context): Promise<number> {
  const { flags } = context;
  const paths = unmergedFiles(project);
  if (paths.length === 0) throw new CliError("BadArgument", "no update waits to be continued here");
  const files = await readSnapshot(project.root, [...paths, recordPath]);
  const left = paths.flatMap((path) => markersLeft(files.get(path) ?? "", path).map((line) => `  ${path}:${line}`));
  if (left.length > 0) {
    const line = "conflict markers are left: take them out, then run authwright update --continue again";
    throw new CliError("MergeConflicts", line, { detail: left });
  }
  const draft = startDraft(files);
  const record = settled(project.record!);
  writeRecord(record, project.record, draft);
  const planned = recordPlan(record, draft.changes(), project);
  const plan = flags.dryRun ? planned : await formatRecord(planned, project);
  if (!flags.dryRun) await apply(plan, project, context);
  if (flags.json) jsonResult(planJson(plan, { dryRun: flags.dryRun }));
  else if (!flags.silent) result(`The update is recorded; git add ${paths.join(" ")} marks the files as resolved.`);
  return exitCode.done;
}

/** Nothing is added, updated or removed over conflict markers. */
export function refuseUnmerged(project: Project): void {
  const [first, ...more] = unmergedFiles(project);
  if (first === undefined) return;
  const files = more.length > 0 ? `${first} and ${more.length} more` : first;
  throw new CliError(
    "MergeConflicts",
    `an update waits for you: settle the conflicts in ${files}, then run authwright update --continue`,
  );
}

function unmergedFiles({ record }: Project): string[] {
  return Object.values(record?.items ?? {}).flatMap(({ unmerged }) => unmerged ?? []);
}

function settled({ items }: InstallRecord): InstallRecord {
  const entries = Object.entries(items).map(([name, { unmerged: _, ...item }]): [string, InstalledItem] => [
    name,
    item,
  ]);
  return { version: 1, items: Object.fromEntries(entries) };
}

function recordPlan(record: InstallRecord, changes: Plan["changes"], { record: before }: Project): Settlement {
  const selections = Object.entries(before?.items ?? {}).map(([name, item]) => installedSelection(name, item));
  return { ...emptyPlan, kind: "settlement", selections, changes, record };
}
