import { posix } from "node:path";
import { commonFolder } from "../../project/build/compiled-root.js";
import { findTranspiled } from "../../project/build/transpiler.js";
import type { Project } from "../../project/project.js";

/** The folder the build emits the source folder to, e.g. "dist", or "dist/src" where the build keeps the folder. */
export function buildOutput(project: Project): string {
  const { compilerOptions, path } = project.tsconfig;
  const transpiled = project.bundler ? null : findTranspiled(project.packageJson, project.sourceDir);
  if (transpiled) return posix.join(transpiled.out, posix.relative(transpiled.root, project.sourceDir));
  const folder = posix.dirname(path);
  const out = project.bundler?.out ?? text(compilerOptions["outDir"]) ?? posix.join(folder, "dist");
  const below = posix.relative(rootDir(project, out, folder), project.sourceDir);
  return below.startsWith("..") ? out : posix.join(out, below);
}

/** Where the build's root is: as configured, as the scripts show, else as the compiler's version would have it. */
function rootDir(
  { tsconfig, typescript, packageJson, sourceDir, compiledRoot, bundler }: Project,
  out: string,
  folder: string,
): string {
  if (bundler) return bundler.root ?? sourceDir;
  const written = text(tsconfig.compilerOptions["rootDir"]);
  if (written !== null) return written;
  const major = Number.parseInt(typescript.version ?? typescript.range.replace(/^\D+/, ""), 10);
  if (major >= 6 || tsconfig.compilerOptions["composite"] === true) return folder;
  if (tsconfig.emits && compiledRoot) return commonFolder(compiledRoot, sourceDir);
  const commands = Object.values(packageJson.scripts).join("\n");
  return commands.includes(`${out}/${sourceDir}/`) ? "." : sourceDir;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
