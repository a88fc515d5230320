import { posix } from "node:path";
import type { Alias } from "../project.js";
import { countRegistrations, makesExpressApp } from "../sources/source-imports.js";
import { resolveImport, type SourceFile, walkImports } from "../sources/source-walk.js";
import { namesFrom } from "./bindings.js";

const maxFiles = 150;

/**
 * The files that make an app and that a start file leads to, the busiest first: the nearest, and those further away that
 * listen to a port of their own. An app that another file mounts is a part of that one's.
 */
export async function appFiles(root: string, start: string, aliases: readonly Alias[]): Promise<string[]> {
  const files: SourceFile[] = [];
  for await (const file of walkImports(root, start, aliases, maxFiles)) files.push(file);
  const makers = files.filter(({ code, path }) => makesExpressApp(code) && !isTest(path));
  const apps: (SourceFile & { readonly served: boolean })[] = [];
  for (const file of makers) {
    const uses = await usesOf(file, files, root, aliases);
    const own = { code: file.code, names: ["app", "server", "this.app", ...madeFrom(file.code, ["express"])] };
    if (!uses.some(mounts)) apps.push({ ...file, served: [own, ...uses].some(serves) });
  }
  const found = apps.length > 0 ? apps : makers.map((file) => ({ ...file, served: false }));
  const nearest = Math.min(...found.map(({ depth }) => depth));
  return busiestFirst(found.filter(({ depth, served }) => depth === nearest || served));
}

/** Paths, of the most registrations first. */
export function busiestFirst(files: readonly Pick<SourceFile, "path" | "code">[]): string[] {
  const counted = files.map(({ path, code }) => ({ path, count: countRegistrations(code) }));
  return counted.sort((a, b) => b.count - a.count).map(({ path }) => path);
}

/** Whether a path is a test's, or of what tests use. */
export function isTest(path: string): boolean {
  const folders = posix.dirname(path).split("/");
  return (
    /\.(test|spec|e2e|e2e-spec)\.[cm]?[jt]sx?$/.test(path) ||
    folders.some((folder) => /^(tests?|specs?|__(tests|mocks|fixtures)__|e2e|mocks?|fixtures)$/i.test(folder))
  );
}

/** A file, and the names under which it has an app. */
interface Use {
  readonly code: string;
  readonly names: readonly string[];
}

async function usesOf(
  app: SourceFile,
  files: readonly SourceFile[],
  root: string,
  aliases: readonly Alias[],
): Promise<Use[]> {
  const uses: Use[] = [];
  for (const { path, code, imports } of files) {
    const specifiers: string[] = [];
    for (const specifier of new Set(imports))
      if ((await resolveImport(root, path, specifier, aliases)) === app.path) specifiers.push(specifier);
    const names = namesFrom(code, specifiers);
    if (path !== app.path && names.length > 0) uses.push({ code, names: [...names, ...madeFrom(code, names)] });
  }
  return uses;
}

/** `const app = createApp()`: what a call of one of these names is kept in. */
function madeFrom(code: string, names: readonly string[]): string[] {
  const pattern = new RegExp(
    `\\b(?:const|let|var)\\s+\\{?\\s*([\\w$]+)[^=;]*=\\s*(?:await\\s+)?(?:new\\s+)?${anyOf(names)}\\s*\\(`,
    "g",
  );
  return names.length === 0 ? [] : [...code.matchAll(pattern)].flatMap(([, name]) => name ?? []);
}

function serves({ code, names }: Use): boolean {
  const name = anyOf(names);
  return new RegExp(`${name}(?:\\.\\w+)?\\s*\\.listen\\s*\\(|\\bcreate(?:Secure)?Server\\s*\\([^;]*${name}`).test(code);
}

function mounts({ code, names }: Use): boolean {
  return new RegExp(`\\.use\\s*\\((?:[^()]|\\((?:[^()]|\\([^()]*\\))*\\))*?,?\\s*${anyOf(names)}\\s*[),]`).test(code);
}

function anyOf(names: readonly string[]): string {
  return `(?<![\\w$.])(?:${names.map((name) => name.replace(/[.$]/g, "\\$&")).join("|")})(?![\\w$])`;
}
