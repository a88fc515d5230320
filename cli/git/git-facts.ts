import { askGit } from "./run-git.js";

/** What git tracks of these paths, and which of them it ignores; null where git can't be asked. */
export async function trackedAndIgnored(
  root: string,
  paths: readonly string[],
): Promise<{ tracked: string[]; ignored: string[] } | null> {
  const [tracked, ignored] = await Promise.all([
    askGit(root, ["ls-files", "--", ...paths]),
    askGit(root, ["check-ignore", "--no-index", "--", ...paths], [0, 1]),
  ]);
  return tracked && ignored ? { tracked, ignored } : null;
}

/** Whether git tracks the file; not so where git can't be asked. */
export async function isTracked(root: string, path: string): Promise<boolean> {
  const tracked = await askGit(root, ["ls-files", "--", `:(literal)${path}`]);
  return tracked?.includes(path) ?? false;
}

/** Files that git ignores and does not have; folders of them end in a slash. Null where git can't be asked. */
export function ignoredPaths(root: string): Promise<string[] | null> {
  return askGit(root, ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory"]);
}

/** The files below `root` that git has or would take with such a line in them; none where git can't be asked. */
export async function filesWith(root: string, pattern: string): Promise<string[]> {
  return (await askGit(root, ["grep", "--untracked", "-IlE", "-e", pattern, "--", "."], [0, 1])) ?? [];
}

const mostVersions = 20;

/** What a file once held, as far as git's history has it: the newest versions. */
export async function pastTexts(root: string, path: string): Promise<string[]> {
  const log = ["log", "--all", `--max-count=${mostVersions}`, "--format=%H", "--diff-filter=AMR", "--", path];
  const commits = (await askGit(root, log)) ?? [];
  // Threat: a program that shows files of this kind (textconv), named by the repository.
  const texts = await Promise.all(
    commits.map((commit) => askGit(root, ["show", "--no-textconv", `${commit}:./${path}`])),
  );
  return texts.flatMap((lines) => (lines ? [lines.join("\n")] : []));
}
