import type { SourceText } from "../../project/sources/source-files.js";
import type { PlanInput } from "../input.js";

/** How conflicts are settled: `refuse` writes nothing where there is one. */
export type ConflictMode = "refuse" | "inline" | "ours" | "theirs";

/** All that `planUpdate` looks at. */
export interface UpdateInput extends Omit<PlanInput, "overwrite"> {
  readonly conflicts: ConflictMode;
  /** The project's source files, which may import what moves. */
  readonly sources?: readonly SourceText[];
}
