import { posix } from "node:path";
import type { Project } from "../project/project.js";
import { chosenParts } from "../registry/choices.js";
import type { Part } from "./input.js";
import { placeTemplate } from "./paths.js";
import { usualSpecifier } from "./specifiers.js";

/** The lines for a person to read after the add, in terms of this project. `test` is the script that runs the tests. */
export function nextSteps({ item, selection }: Part, project: Project, test: string): string[] {
  const { run } = project.packageManager;
  const from = project.entry?.path ?? posix.join(selection.sourceDir, "server.ts");
  const fill = (name: string): string => {
    if (name === "run") return run;
    if (name === "mount") return selection.mount ?? "";
    if (name === "test") return run === "npm run" && test === "test" ? "npm test" : `${run} ${test}`;
    return usualSpecifier(from, placeTemplate(name.replace("import:", ""), selection), project);
  };
  const lines = chosenParts(item, selection.choices).nextSteps;
  return lines.map((line) => line.replace(/\{(run|mount|test|import:[^}]+)\}/g, (_, name: string) => fill(name)));
}
