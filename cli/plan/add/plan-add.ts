import { commonPlan } from "../common-plan.js";
import { startDraft } from "../draft.js";
import { tablesToMake } from "../files/migrations.js";
import type { PlanInput } from "../input.js";
import type { Addition } from "../plan.js";
import { planParts } from "../plan-part.js";
import { mountSteps } from "../steps/mount.js";
import { adding } from "./adding.js";

/** What adding these items changes in this project. Pure: everything that it looks at is in the input. */
export function planAdd(input: PlanInput): Addition {
  const { project, parts } = input;
  const draft = startDraft(input.files);
  const policy = adding(input.overwrite);
  const { record } = planParts(input, () => policy, draft);
  const steps = [...mountSteps(parts, draft), ...tablesToMake(parts, project, record), ...draft.nextSteps];
  return {
    kind: "addition",
    ...commonPlan(input, record, draft),
    guesses: project.guesses,
    nextSteps: [...new Set(steps)],
  };
}
