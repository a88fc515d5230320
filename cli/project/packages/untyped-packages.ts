import { refusesImplicitAny } from "../build/compiler-defaults.js";
import type { Project } from "../project.js";
import type { SourceText } from "../sources/source-files.js";
import { importsOf, withoutComments } from "../sources/source-imports.js";
import { installedVersion } from "./installed-version.js";

/** What types a package that brings none: `@babel/core` -> @types/babel__core. */
export function typesPackage(name: string): string {
  return `@types/${name.replace(/^@([^/]+)\//, "$1__")}`;
}

export interface Typing extends Pick<Project, "root" | "workspaceRoot" | "tsconfig"> {
  readonly typescriptMajor: number;
  /** What the package asks for, over what the workspace root asks for. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * The packages that the project imports without `@types`, and the compiler takes it: all that is in them is `any`, or
 * what the project declares. Each with the first file that imports it, and that its types might turn red.
 */
export async function untypedPackages(sources: readonly SourceText[], typing: Typing): Promise<Record<string, string>> {
  const importing = takenImports(sources, typing);
  const untyped = await Promise.all([...importing].map(async (one) => ((await hasTypes(one[0], typing)) ? [] : [one])));
  return Object.fromEntries(untyped.flat());
}

/** Every package that a compiled file may import without types, with the first such file. */
function takenImports(sources: readonly SourceText[], { tsconfig, typescriptMajor }: Typing): Map<string, string> {
  const { allowJs, checkJs } = tsconfig.compilerOptions;
  const compiled = allowJs === true || checkJs === true ? /\.[cm]?[jt]sx?$/ : /\.[cm]?tsx?$/;
  const codes = sources
    .filter(({ path }) => compiled.test(path))
    .map(({ path, text }) => ({ path, code: withoutComments(text) }));
  const declared = new Set(codes.flatMap(({ code }) => declaredModules(code)));
  const takesAny = !refusesImplicitAny(tsconfig.compilerOptions, typescriptMajor) || declared.has("*");
  const importing = new Map<string, string>();
  for (const { path, code } of codes) {
    for (const name of importsOf(code).flatMap((specifier) => packageOf(specifier) ?? []))
      if (!importing.has(name) && (takesAny || declared.has(name) || /\.[cm]?jsx?$/.test(path)))
        importing.set(name, path);
  }
  return importing;
}

async function hasTypes(name: string, { root, workspaceRoot, dependencies }: Typing): Promise<boolean> {
  const types = typesPackage(name);
  return types in dependencies || (await installedVersion(types, root, workspaceRoot)) !== null;
}

function declaredModules(code: string): string[] {
  return [...code.matchAll(/\bdeclare\s+module\s*["']([^"'\n]+)["']/g)].map(([, name]) => name!);
}

/** `@scope/name/sub` -> @scope/name; null for a file of the project's and for what Node has itself. */
function packageOf(specifier: string): string | null {
  return /^(?!node:)(@[^/]+\/[^/]+|[^./@#][^/]*)/.exec(specifier)?.[1] ?? null;
}
