import type { SourceText } from "../../project/sources/source-files.js";
import { importsOf, withoutComments } from "../../project/sources/source-imports.js";
import { typedPackage } from "../packages/typed-package.js";

/** What may still need a package once an item is gone. */
export interface PackageUsers {
  readonly sources: readonly SourceText[];
  /** Scripts and settings that stay. */
  readonly texts: readonly string[];
}

/** Those of `names` that nothing of the project needs; `@types/x` goes with x. */
export function unusedPackages(names: readonly string[], { sources, texts }: PackageUsers): string[] {
  const imported = new Set(sources.flatMap(({ text }) => packagesOf(text)));
  const isUsed = (name: string) => imported.has(name) || texts.some((text) => mentions(text, name));
  const stays = (name: string): boolean => {
    const typed = typedPackage(name);
    return isUsed(name) || (typed !== null && names.includes(typed) && stays(typed));
  };
  return names.filter((name) => !stays(name));
}

function packagesOf(text: string): string[] {
  const types = [...text.matchAll(/\/\/\/\s*<reference\s+types=["']([^"']+)["']/g)].map(([, name]) => name!);
  return [...importsOf(withoutComments(text)), ...types].flatMap(
    (specifier) => /^(@[^/]+\/[^/]+|[^./][^/]*)/.exec(specifier)?.[0] ?? [],
  );
}

/** Whether a script or a setting has the name as a word: `tsx watch src/server.ts`, `"types": ["vitest/globals"]`. */
function mentions(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return new RegExp(`(^|[\\s"'=/,;&|(:])${escaped}($|[\\s"'/,;&|)@])`).test(text);
}
