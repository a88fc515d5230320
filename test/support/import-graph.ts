import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Node } from "@babel/types";
import { parseSource, walk } from "../../cli/edits/syntax.js";

/** One TypeScript file of a tree. */
export interface Module {
  /** From the tree's root, without its extension: "src/auth/accounts". */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly ModuleImport[];
}

/** An import or re-export of another file of the tree, or the type of one. */
export interface ModuleImport {
  readonly target: string;
  readonly names: readonly string[];
  readonly typesOnly: boolean;
}

/** Every module of a folder of a tree, e.g. of its "src". */
export async function readModules(root: string, folder = "src"): Promise<Module[]> {
  const names = (await readdir(join(root, folder), { recursive: true })).filter((name) => name.endsWith(".ts"));
  return Promise.all(names.toSorted().map((name) => readModule(root, posix.join(folder, name.replaceAll("\\", "/")))));
}

async function readModule(root: string, file: string): Promise<Module> {
  const text = await readFile(join(root, file), "utf8");
  return { path: withoutExtension(file), text, imports: importsOf(file, text) };
}

function importsOf(file: string, text: string): ModuleImport[] {
  const found: ModuleImport[] = [];
  walk(parseSource(text, file).program, (node) => {
    const one = importOf(node);
    if (!one?.from.startsWith(".")) return;
    const target = withoutExtension(posix.join(posix.dirname(file), one.from));
    found.push({ target, names: one.names, typesOnly: one.typesOnly });
  });
  return found;
}

interface Found {
  readonly from: string;
  readonly names: readonly string[];
  readonly typesOnly: boolean;
}

function importOf(node: Node): Found | null {
  switch (node.type) {
    case "ImportDeclaration":
      return { from: node.source.value, names: importedNames(node.specifiers), typesOnly: node.importKind === "type" };
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node.source ? { from: node.source.value, names: [], typesOnly: node.exportKind === "type" } : null;
    case "TSImportType":
      return node.argument.type === "StringLiteral" ? { from: node.argument.value, names: [], typesOnly: true } : null;
    case "ImportExpression":
      return dynamicImport(node.source);
    case "CallExpression":
      return node.callee.type === "Import" ? dynamicImport(node.arguments[0]) : null;
    default:
      return null;
  }
}

function dynamicImport(source: Node | undefined): Found | null {
  return source?.type === "StringLiteral" ? { from: source.value, names: [], typesOnly: false } : null;
}

function importedNames(specifiers: readonly Node[]): string[] {
  return specifiers.flatMap((one) =>
    one.type === "ImportSpecifier" && one.imported.type === "Identifier" ? [one.imported.name] : [],
  );
}

function withoutExtension(path: string): string {
  return path.replace(/\.[jt]s$/, "");
}

/** The modules that no chain of imports, of values or types, leads to from the entries. */
export function unreached(modules: readonly Module[], entries: readonly string[]): Module[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { target } of byPath.get(path)?.imports ?? []) visit(target);
  };
  for (const entry of entries) visit(entry);
  return modules.filter(({ path }) => !seen.has(path));
}

/** For each module whose value imports lead back to it: the way. Types are left aside: nothing of them runs. */
export function circles(modules: readonly Module[]): string[] {
  const targets = new Map(
    modules.map(({ path, imports }) => [path, imports.flatMap((one) => (one.typesOnly ? [] : one.target))]),
  );
  return modules.flatMap(({ path }) => circleFrom(path, targets) ?? []);
}

function circleFrom(start: string, targets: ReadonlyMap<string, readonly string[]>): string | null {
  const seen = new Set<string>();
  const visit = (path: string, way: readonly string[]): string | null => {
    for (const target of targets.get(path) ?? []) {
      if (target === start) return [...way, target].join(" -> ");
      if (seen.has(target)) continue;
      seen.add(target);
      const found = visit(target, [...way, target]);
      if (found) return found;
    }
    return null;
  };
  return visit(start, [start]);
}
