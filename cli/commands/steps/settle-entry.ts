import type { Project } from "../../project/project.js";
import { readProject } from "../../project/read-project.js";
import type { Wishes } from "../../selection/selection.js";
import { askChoice } from "../../ui/ask.js";
import { canAsk } from "../../ui/terminal.js";
import type { Context } from "../context.js";

/** Of several apps a person says which one is meant; elsewhere the guess stands, and the plan names the others. */
export async function settleEntry(
  project: Project,
  wishes: Wishes,
  { flags }: Context,
): Promise<{ readonly project: Project; readonly wishes: Wishes }> {
  const { entry, otherApps } = project;
  const asking = !flags.yes && !flags.json && !flags.dryRun && !flags.silent && canAsk();
  if (entry === null || otherApps.length === 0 || !asking) return { project, wishes };
  const chosen = await askChoice({
    message: "Several files make an Express app: which one gets the routes?",
    flag: "--entry FILE",
    allowed: true,
    initial: entry.path,
    values: [
      { value: entry.path, description: entry.because },
      ...otherApps.map((path) => ({ value: path, description: "" })),
    ],
  });
  const overrides = { ...wishes.overrides, entry: chosen };
  return { project: await readProject(project.root, overrides), wishes: { ...wishes, overrides } };
}
