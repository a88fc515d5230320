import { x } from "tinyexec";

const limitMs = 5_000;

/** What git tracks of these paths, and which of them it ignores; null where git can't be asked. */
export async function askGit(
  root: string,
  paths: readonly string[],
): Promise<{ tracked: string[]; ignored: string[] } | null> {
  const tracked = await git(root, ["ls-files", "--", ...paths], [0]);
  const ignored = await git(root, ["check-ignore", "--no-index", "--", ...paths], [0, 1]);
  return tracked && ignored ? { tracked, ignored } : null;
}

/** Files that git ignores and does not have; folders of them end in a slash. Null where git can't be asked. */
export function ignoredPaths(root: string): Promise<string[] | null> {
  return git(root, ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory"], [0]);
}

const mostVersions = 20;

/** What a file once held, as far as git's history has it: the newest versions. */
export async function pastTexts(root: string, path: string): Promise<string[]> {
  const log = ["log", "--all", `--max-count=${mostVersions}`, "--format=%H", "--diff-filter=AMR", "--", path];
  const commits = (await git(root, log, [0])) ?? [];
  const texts = await Promise.all(
    commits.map((commit) => git(root, ["show", "--no-textconv", `${commit}:./${path}`], [0])),
  );
  return texts.flatMap((lines) => (lines ? [lines.join("\n")] : []));
}

/** Threat: programs that a repository's own settings name (fsmonitor, textconv). None is started, and nothing is locked. */
async function git(root: string, args: readonly string[], good: readonly number[]): Promise<string[] | null> {
  try {
    const settings = ["--no-optional-locks", "-c", "core.quotePath=false", "-c", "core.fsmonitor=false"];
    const { stdout, exitCode } = await x("git", [...settings, ...args], {
      nodePath: false,
      timeout: limitMs,
      nodeOptions: { cwd: root, stdio: ["ignore", "pipe", "ignore"] },
    });
    return good.includes(exitCode ?? -1) ? stdout.split("\n").filter(Boolean) : null;
  } catch {
    return null;
  }
}
