import type { Project } from "../project/project.js";
import type { InstallRecord } from "../record/schema.js";
import { originsOf } from "../selection/pins.js";
import type { Draft } from "./draft.js";
import type { Part, PlanInput } from "./input.js";
import type { CommonPlan } from "./plan.js";
import { newAppends } from "./steps/appends.js";

/** What an addition and an update say alike, once their steps have filled the draft. */
export function commonPlan(
  { project, parts, install }: Pick<PlanInput, "project" | "parts" | "install">,
  record: InstallRecord,
  draft: Draft,
): CommonPlan {
  return {
    selections: parts.map(({ selection }) => selection),
    guesses: [],
    changes: draft.changes(),
    manual: draft.manual,
    install: install && draft.dependencies.length > 0 ? project.packageManager.install : null,
    warnings: [...project.warnings, ...draft.warnings],
    nextSteps: draft.nextSteps,
    record,
    dependencies: draft.dependencies,
    env: draft.env,
    scripts: draft.scripts,
    appends: newAppends(parts, project.record, record),
    companions: newCompanions(parts, project),
    origins: originsOf(parts),
  };
}

/** The items of a plan that come by themselves, for people to see. */
function newCompanions(parts: readonly Part[], { record }: Project): CommonPlan["companions"] {
  const fresh = parts.filter(({ item }) => !record?.items[item.name]);
  return fresh.flatMap(({ item: { name, comesWith } }) => (comesWith ? [{ item: name, comesWith }] : []));
}
