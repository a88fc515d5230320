import type { Project } from "../../project/project.js";
import { recordedPaths } from "../../record/recorded-paths.js";
import { adding } from "../add/adding.js";
import { commonPlan } from "../common-plan.js";
import { type Draft, startDraft } from "../draft.js";
import { putBackImported } from "../files/still-imported.js";
import type { FileOutcome, Update } from "../plan.js";
import { type Policy, planParts } from "../plan-part.js";
import { planOutdatedImports } from "./dangling-imports.js";
import { planMovedByUser } from "./moved-by-user.js";
import type { UpdateInput } from "./update-input.js";
import { updating } from "./updating.js";

/**
 * What bringing these installed items to the versions at hand changes, and adding the companions among them that are due
 * now. Pure. With a conflict in the way, nothing.
 */
export function planUpdate(input: UpdateInput): Update {
  const { project, parts, conflicts } = input;
  const draft = startDraft(input.files);
  const { record, unmerged, ...planned } = planParts(input, (part) => policyFor(part.item.name, input), draft);
  const outcomes = [...planned.outcomes];
  keepImported(outcomes, project, draft);
  draft.manual.push(...planMovedByUser(planned.missing, foreignSources(input), outcomes));
  const blocked = isBlocked(outcomes, conflicts);
  if (!blocked) planOutdatedImports({ project, sources: input.sources ?? [], outcomes }, draft);
  const versions = parts.flatMap(({ item: { name: item, version: to } }) => {
    const installed = project.record?.items[item];
    return installed ? [{ item, from: installed.version, to }] : [];
  });
  const plan = {
    kind: "update",
    ...commonPlan(input, record, draft),
    versions,
    brings: [],
    outcomes,
    unmerged,
  } as const;
  return blocked ? { ...plan, changes: [], install: null, unmerged: [] } : plan;
}

/** A companion that is due now is added. */
function policyFor(name: string, { project, conflicts }: UpdateInput): Policy {
  const installed = project.record?.items[name];
  return installed ? updating(installed, conflicts) : adding(false);
}

/** The sources that no item has brought. */
function foreignSources({ project, sources = [] }: UpdateInput) {
  const ours = recordedPaths(project.record);
  return sources.filter(({ path }) => !ours.has(path));
}

/** What an edited file still imports is not dropped with the new version. */
function keepImported(outcomes: FileOutcome[], project: Project, draft: Draft): void {
  const dropped = outcomes.filter(({ what }) => what === "deleted").map(({ path }) => path);
  for (const { path, by } of putBackImported(dropped, project, draft)) {
    const at = outcomes.findIndex((outcome) => outcome.path === path);
    const note = `the new version no longer has it, but ${by} imports it: it stays, and is yours now`;
    outcomes[at] = { ...outcomes[at]!, what: "kept", note };
  }
}

/** Whether something keeps the whole update from being written. */
export function isBlocked(outcomes: readonly FileOutcome[], mode: UpdateInput["conflicts"]): boolean {
  return outcomes.some(({ what }) => what === "taken" || (what === "conflict" && mode === "refuse"));
}
