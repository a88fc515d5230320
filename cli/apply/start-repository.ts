import { x } from "tinyexec";
import { reasonOf } from "../text/failure-text.js";

/** What makes a git repository of a new project; its CI workflow runs on this branch. */
export const gitInit = ["git", "init", "--quiet", "--initial-branch=main"] as const;

/** Makes a git repository. A project is whole without one, so that a failure is a line for the user and no more. */
export async function startRepository(root: string): Promise<string | null> {
  const [program, ...args] = gitInit;
  try {
    const { exitCode, stderr } = await x(program, args, {
      nodePath: false,
      nodeOptions: { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
    });
    return exitCode === 0 ? null : noRepository(stderr.trim().split(/\r?\n/).at(-1) ?? "");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return noRepository(missing ? "there is no git here" : reasonOf(error));
  }
}

function noRepository(reason: string): string {
  return `no git repository was made (${reason}): run "git init" yourself`;
}
