import { posix } from "node:path";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import type { InstallRecord } from "../../record/schema.js";
import { chosenParts } from "../../registry/choices.js";
import type { Part } from "../input.js";
import type { Plan } from "../plan.js";
import { usualSpecifier } from "../specifiers.js";

/** What the lines are filled with. */
export interface StepFacts {
  readonly project: Project;
  /** With the items that this one requires in it. */
  readonly record: InstallRecord;
  /** The script that runs the tests; null where the runner does not find them. */
  readonly test: string | null;
}

/** The lines for a person to read after the add, in terms of this project. */
export function nextSteps({ item, selection }: Part, { project, record, test }: StepFacts): string[] {
  const { run } = project.packageManager;
  const from = project.entry?.path ?? posix.join(selection.sourceDir, "server.ts");
  const fill = (name: string): string => {
    if (name === "run") return run;
    if (name === "sample") return project.sampleEnv;
    if (name === "mount") return selection.mount ?? mountOf(item.requires, record);
    if (name === "test") return run === "npm run" && test === "test" ? "npm test" : `${run} ${test}`;
    return usualSpecifier(from, placeTemplate(name.replace("import:", ""), selection), project);
  };
  const all = chosenParts(item, selection.choices).nextSteps;
  const lines = all.filter((line) => test !== null || !line.includes("{test}"));
  return lines.map((line) =>
    line.replace(/\{(run|sample|mount|test|import:[^}]+)\}/g, (_, name: string) => fill(name)),
  );
}

/** Where the package manager was left to a person, that comes before all but the mount, which stands first. */
export function withInstallStep<P extends Plan>(plan: P, { packageManager }: Pick<Project, "packageManager">): P {
  if (plan.install !== null || plan.dependencies.length === 0) return plan;
  const [mount, others] = [true, false].map((is) =>
    plan.nextSteps.filter((line) => line.startsWith("Not mounted") === is),
  );
  return { ...plan, nextSteps: [...mount!, `Install the packages: ${packageManager.install.join(" ")}`, ...others!] };
}

/** An item without a router of its own has its routes inside the one that it builds on. */
function mountOf(names: readonly string[], { items }: InstallRecord): string {
  const mounts = names.flatMap(
    (name) => items[name]?.mount || mountOf(items[name]?.requires ?? [], { version: 1, items }),
  );
  return mounts.find(Boolean) ?? "";
}
