import { gitCommand, gitReason, runGit } from "../git/run-git.js";

const init = ["init", "--quiet", "--initial-branch=main"];

/** What makes a git repository of a new project, for people to read; its CI workflow runs on this branch. */
export const gitInit = gitCommand(init);

/** Makes a git repository. A project is whole without one, so that a failure is a line for the user and no more. */
export async function startRepository(root: string): Promise<string | null> {
  try {
    await runGit(root, init);
    return null;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const reason = missing ? "there is no git here" : gitReason(error, { last: true });
    return `no git repository was made (${reason}): run "git init" yourself`;
  }
}
