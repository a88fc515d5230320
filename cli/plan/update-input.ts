import type { PlanInput } from "./input.js";

/** How conflicts are settled: `refuse` writes nothing where there is one. */
export type ConflictMode = "refuse" | "inline" | "ours" | "theirs";

/** All that `planUpdate` looks at. */
export interface UpdateInput extends Omit<PlanInput, "overwrite"> {
  readonly conflicts: ConflictMode;
}
