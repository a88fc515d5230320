import { CliError } from "../errors.js";
import type { Part } from "../plan/input.js";
import type { CommonPlan } from "../plan/plan.js";
import type { Project } from "../project/project.js";

/** Why a part must not be put over what is installed, as an error; null where it may. */
export function pinProblem({ item, origin }: Part, { record }: Project, accepted: boolean): CliError | null {
  const installed = record?.items[item.name];
  if (!installed) return null;
  const { registry: pin, version } = installed;
  if (!pin !== !origin) {
    const other = pin ? `the registry ${pin.source}` : "another registry";
    return new CliError("BadArgument", `${item.name} is installed from ${other}: remove it before you add this one`);
  }
  if (!pin || !origin || accepted || pin.sha256 === origin.sha256) return null;
  const what = version === item.version ? `${version} has changed without a new version` : `it has ${item.version} now`;
  return new CliError(
    "RegistryChanged",
    `${item.name} ${version} is pinned in authwright.json, and ${origin.source} is not what it was (${what}): ` +
      `look with "authwright diff ${item.name}", then pass --accept-registry-change`,
    { detail: [`  pinned  ${pin.sha256}`, `  now     ${origin.sha256}`] },
  );
}

/** The items of a plan that come from a second catalogue, for people to see. */
export function originsOf(parts: readonly Part[]): CommonPlan["origins"] {
  return parts.flatMap(({ item, origin }) => (origin ? [{ item: item.name, ...origin }] : []));
}
