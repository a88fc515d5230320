import { readdir } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { trackedAndIgnored } from "../../git/git-facts.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { readText } from "../../text/text-file.js";

const anyYaml = /\.ya?ml$/;
const atRoot =
  /^(Dockerfile([.-].*)?|.*\.Dockerfile|Containerfile|(docker-)?compose.*\.ya?ml|(fly|railway|netlify)\.toml|(render|app|serverless)\.ya?ml|\.gitlab-ci\.yml|docker-stack\.ya?ml|vercel\.json|Procfile)$/;
const folders: Readonly<Record<string, RegExp>> = {
  ".": atRoot,
  docker: atRoot,
  ".docker": atRoot,
  deploy: new RegExp(`${atRoot.source}|${anyYaml.source}`),
  deployment: anyYaml,
  k8s: anyYaml,
  kubernetes: anyYaml,
  ".github/workflows": anyYaml,
  ".circleci": anyYaml,
};

/** The files that say how the project is built and run, in it or at the root of its repository, of those that git has or would take. */
export async function readDeployFiles({ root, git }: Project): Promise<SourceText[]> {
  const top = git.root === null ? "" : relative(root, git.root).split(sep).join("/");
  const paths = [...(await deployPaths(root, ".")), ...(top === "" ? [] : await deployPaths(root, top))];
  const asked = git.root !== null && paths.length > 0 ? await trackedAndIgnored(root, paths) : null;
  const hidden = asked?.ignored.filter((path) => !asked.tracked.includes(path)) ?? [];
  const shown = paths.filter((path) => !hidden.includes(path));
  const texts = await Promise.all(shown.map(async (path) => ({ path, text: await readText(join(root, path)) })));
  return texts.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
}

async function deployPaths(root: string, below: string): Promise<string[]> {
  const paths: string[] = [];
  for (const [folder, pattern] of Object.entries(folders)) {
    const entries = await readdir(join(root, below, folder), { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isFile() && pattern.test(entry.name)).map(({ name }) => name);
    paths.push(...names.map((name) => posix.join(below, folder, name)));
  }
  return paths;
}
