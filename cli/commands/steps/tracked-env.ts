import { isTracked } from "../../git/git-facts.js";
import type { Project } from "../../project/project.js";

/** A `.env` that git tracks would carry the new secrets into the next commit. Returns the line that says so, or null. */
export async function trackedEnvWarning({ root, git }: Project): Promise<string | null> {
  if (git.root === null || !(await isTracked(root, ".env"))) return null;
  return 'git tracks .env: take it out with "git rm --cached .env" before you commit, it holds secrets now';
}
