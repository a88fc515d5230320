import { join, relative, resolve, sep } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import type { Unmerged } from "../plan/plan.js";

const noBlob = "0".repeat(40);

/** The file that holds git's index of the repository around `root`, or null outside one. */
export async function gitIndexFile(root: string): Promise<string | null> {
  const answer = await git(root, ["rev-parse", "--git-path", "index"]).catch(() => null);
  return answer === null ? null : resolve(root, answer.trim());
}

/**
 * Tells git of the three texts of each file in conflict, as a merge does: editors then open their merge view, and git
 * refuses a commit until each file is added again. Files that git doesn't track are left out.
 */
export async function writeStages(root: string, files: readonly Unmerged[]): Promise<void> {
  const top = await fs.realpath((await git(root, ["rev-parse", "--show-toplevel"])).replace(/\r?\n$/, ""));
  const real = await fs.realpath(root);
  const lines: string[] = [];
  for (const file of files) {
    const path = relative(top, join(real, file.path)).split(sep).join("/");
    const [entry] = (await git(top, ["ls-files", "--stage", "-z", "--", `:(literal)${path}`])).split("\0");
    if (!entry) continue;
    const mode = entry.slice(0, entry.indexOf(" "));
    lines.push(`0 ${noBlob}\t${path}`);
    for (const [index, text] of [file.base, file.yours, file.theirs].entries()) {
      if (text === null) continue;
      const blob = await git(top, ["hash-object", "-w", "--stdin", "--path", path], text);
      lines.push(`${mode} ${blob.trim()} ${index + 1}\t${path}`);
    }
  }
  if (lines.length > 0)
    await git(top, ["update-index", "-z", "--index-info"], lines.map((line) => `${line}\0`).join(""));
}

async function git(cwd: string, args: readonly string[], stdin?: string): Promise<string> {
  const child = x("git", [...args], {
    throwOnError: true,
    nodeOptions: { cwd, stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"] },
    ...(stdin !== undefined && { stdin }),
  });
  return (await child).stdout;
}
