import { CliError } from "../../errors.js";
import { gitOperation } from "../../git/git-folder.js";
import type { Project } from "../../project/project.js";

/** Half-merged files are nobody's to edit. `command` is what the user wanted to run. */
export async function refuseDuringMerge({ git }: Project, command: string): Promise<void> {
  const operation = await gitOperation(git.root);
  if (operation === null) return;
  throw new CliError(
    "MergeInProgress",
    `git is in the middle of ${operation} here: finish or abort it, then ${command}`,
  );
}
