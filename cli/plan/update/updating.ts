import semver from "semver";
import { CliError } from "../../errors.js";
import type { InstalledItem } from "../../record/schema.js";
import { tablesToChange } from "../files/migrations.js";
import type { Part } from "../input.js";
import type { Policy } from "../plan-part.js";
import { planFilesUpdate } from "./update-files.js";
import type { ConflictMode } from "./update-input.js";
import { planMountUpdate } from "./update-mount.js";
import { planScriptsUpdate } from "./update-scripts.js";

/** How an installed item is brought to the version at hand: what the user has made of it since stays. */
export function updating(before: InstalledItem, mode: ConflictMode): Policy {
  return {
    settled: before,
    overwrite: false,
    refuse: (part) => {
      refuseDowngrade(part, before);
      refuseLostChoice(part, before);
    },
    scripts: (part, project) => planScriptsUpdate(part, project, before),
    files: (part, facts, draft) => {
      const way = { version: part.item.version, mode, format: before.format };
      return planFilesUpdate(part, { ...facts, way }, draft);
    },
    mount: (part, project, draft) => planMountUpdate(part, project, before, draft),
    nextSteps: (part, { outcomes, project }) => tablesToChange(part, outcomes, project),
  };
}

function refuseDowngrade({ item, origin }: Part, { version }: InstalledItem): void {
  if (semver.lte(version, item.version)) return;
  throw new CliError(
    "BadArgument",
    origin
      ? `${item.name} ${version} is installed, and ${origin.source} brings only ${item.version}: nothing goes back to an older version`
      : `${item.name} ${version} is installed, and this authwright is older (it brings only ${item.version}): run npx authwright@latest update`,
  );
}

function refuseLostChoice({ item }: Part, { choices }: InstalledItem): void {
  const lost = Object.entries(choices).find(([name, value]) => !item.choices[name]?.values[value]);
  if (!lost) return;
  throw new CliError(
    "BadArgument",
    `${item.name} ${item.version} has no ${lost[0]} ${lost[1]} any more: choose another with "authwright add" first`,
  );
}
