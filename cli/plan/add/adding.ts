import semver from "semver";
import { CliError } from "../../errors.js";
import type { Project } from "../../project/project.js";
import type { Part } from "../input.js";
import type { Policy } from "../plan-part.js";
import { planMount } from "../steps/mount.js";
import { nextSteps } from "../steps/next-steps.js";
import { planScripts } from "../steps/scripts.js";
import { planFiles } from "./files.js";

/** How an item is added, or another choice of it is made: all that it asks for is put there. */
export function adding(overwrite: boolean): Policy {
  return {
    settled: null,
    overwrite,
    refuse: refuseOtherVersion,
    scripts: planScripts,
    files: (part, facts, draft) => ({
      files: planFiles(part, { ...facts, overwrite }, draft),
      outcomes: [],
      unmerged: [],
      missing: [],
    }),
    mount: (part, project, draft) => ({ lines: planMount(part, project, draft), without: null }),
    nextSteps,
  };
}

function refuseOtherVersion({ item, origin }: Part, { record }: Project): void {
  const installed = record?.items[item.name]?.version;
  if (!installed || installed === item.version) return;
  if (!origin && semver.gt(installed, item.version))
    throw new CliError(
      "BadArgument",
      `${item.name} ${installed} is installed, and this authwright is older (it brings ${item.version}): ` +
        `run npx authwright@latest add ${item.name}`,
    );
  throw new CliError(
    "BadArgument",
    `${item.name} ${installed} is installed and ${origin ? origin.source : "this authwright"} brings ${item.version}: ` +
      `"authwright update ${item.name}" moves to it${origin ? "" : `, "npx authwright@${installed}" stays`}`,
  );
}
