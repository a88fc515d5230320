import { posix } from "node:path";
import type { Project } from "../project/project.js";

/** How a file of the project imports a module of the project: relatively, with the ending that the project uses. */
export function relativeSpecifier(from: string, module: string, { modules }: Pick<Project, "modules">): string {
  const path = posix.relative(posix.dirname(from), module).replace(/\.ts$/, modules.extension);
  return path.startsWith("../") ? path : `./${path}`;
}

/** How the entry file imports a module of the project: by the alias that it imports others by, else relatively. */
export function entrySpecifier(module: string, project: Project, from: string): string {
  const { alias, extension } = project.entryImports ?? {};
  if (!alias || !module.startsWith(alias.target)) return relativeSpecifier(from, module, project);
  return alias.prefix + module.slice(alias.target.length).replace(/\.ts$/, extension ?? "");
}

/** Every other way in which a file of the project may name the same module. */
export function otherSpecifiers(from: string, module: string, { aliases }: Pick<Project, "aliases">): string[] {
  const withoutEnding = module.replace(/\.ts$/, "");
  const relative = relativeSpecifier(from, withoutEnding, { modules: { format: "esm", extension: "" } });
  const aliased = aliases
    .filter(({ target }) => withoutEnding.startsWith(target))
    .map(({ prefix, target }) => prefix + withoutEnding.slice(target.length));
  return [relative, ...aliased].flatMap((name) => [name, `${name}.js`, `${name}.ts`]);
}

/** The specifier as a person of this project would write it: by an alias, where there is one. */
export function usualSpecifier(from: string, module: string, project: Pick<Project, "modules" | "aliases">): string {
  const alias = project.aliases.find(({ target }) => module.startsWith(target));
  if (!alias) return relativeSpecifier(from, module, project);
  return alias.prefix + module.slice(alias.target.length).replace(/\.ts$/, project.modules.extension);
}

/** The module that a line imports or requires; null where it does neither. */
export function specifierIn(line: string): string | null {
  return /(?:from|require\()\s*["']([^"']+)["']/.exec(line)?.[1] ?? null;
}
