import { trackedAndIgnored } from "../../git/git-facts.js";
import type { Plan } from "../../plan/plan.js";
import type { Project } from "../../project/project.js";
import { basePath, recordPath } from "../../record/paths.js";
import { recordedPaths } from "../../record/recorded-paths.js";

/** A record that git ignores is on this machine alone. Returns the line that says so, or null. */
export async function ignoredRecordWarning({ root, git }: Project, { record }: Plan): Promise<string | null> {
  const [installed] = [...recordedPaths(record)];
  if (git.root === null || !installed) return null;
  const asked = await trackedAndIgnored(root, [recordPath, basePath(installed)]);
  const [ignored] = asked?.ignored ?? [];
  if (!ignored) return null;
  const what = ignored === recordPath ? recordPath : ".authwright/base/";
  return `git ignores ${what}: another checkout can't merge updates without it, so take it out of .gitignore`;
}
