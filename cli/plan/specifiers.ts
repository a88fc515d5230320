import { posix } from "node:path";
import type { Project } from "../project/project.js";

/** How a file of the project imports a module of the project: relatively, with the ending that the project uses. */
export function relativeSpecifier(from: string, module: string, { modules }: Pick<Project, "modules">): string {
  const path = posix.relative(posix.dirname(from), module).replace(/\.ts$/, modules.extension);
  return path.startsWith("../") ? path : `./${path}`;
}

/** The same as a person of this project would write it: by an alias, where there is one. */
export function usualSpecifier(from: string, module: string, project: Pick<Project, "modules" | "aliases">): string {
  const alias = project.aliases.find(({ target }) => module.startsWith(target));
  if (!alias) return relativeSpecifier(from, module, project);
  return alias.prefix + module.slice(alias.target.length).replace(/\.ts$/, project.modules.extension);
}
