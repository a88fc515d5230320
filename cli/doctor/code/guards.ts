import type { Expression, ImportDeclaration, Node, Program, Statement } from "@babel/types";
import { isFunction, requiredModule } from "../../edits/entry/expression.js";
import { exportedNames } from "../../edits/exports.js";
import { parseSource, walk } from "../../edits/syntax.js";
import { moduleOf } from "../../project/entry/module-path.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { importsOf, withoutComments } from "../../project/sources/source-imports.js";
import type { Checkup } from "../checkup.js";
import { placeNow } from "../moved.js";

/** What guards are looked for in. */
export type Guarded = Pick<Checkup, "record" | "sources" | "project" | "facts">;

/** The guards of the installed items, as they are exported there. */
export function guardNames({ facts }: Pick<Checkup, "facts">): string[] {
  return [...facts.values()].flatMap(({ guards }) => Object.keys(guards?.exports ?? {}));
}

/** Who re-exports whom: deeper than this nobody looks. */
const mostRounds = 5;

type Exports = Map<string, Set<string>>;

type KnownIn = (path: string) => readonly string[];

/** Several checks ask for the guards of one checkup. */
const asked = new WeakMap<Guarded, KnownIn>();

/** The names by which each file knows a guard, or what it is built into: imported under another name, re-exported, wrapped. */
export function guardsOf(checkup: Guarded): KnownIn {
  const known = asked.get(checkup) ?? findGuards(checkup);
  asked.set(checkup, known);
  return known;
}

function findGuards(checkup: Guarded): KnownIn {
  const exports = guardExports(checkup);
  const meant = moduleFinder(checkup, exports);
  const files = checkup.sources.map((file) => {
    const imports = importsOf(withoutComments(file.text));
    const moduleAt: ModuleAt = (specifier) => exports.get(meant(file.path, specifier) ?? "") ?? null;
    return { file, imports, moduleAt };
  });
  const imported = new Set(files.flatMap(({ file, imports }) => imports.map((one) => meant(file.path, one))));
  // What a file that nothing imports exports, a test for one, nobody knows a guard by.
  passOn(
    files.filter(({ file }) => imported.has(file.path)),
    exports,
  );
  const names = guardNames(checkup);
  const byPath = new Map(files.map((one) => [one.file.path, one]));
  const locals = new Map<string, readonly string[]>();
  return (path) => {
    const one = byPath.get(path);
    const known = locals.get(path) ?? (one && asksForGuards(one) ? guardsIn(one).locals : []);
    locals.set(path, known);
    return [...names, ...known];
  };
}

/** What a module that a specifier means exports of guards; null for none. */
type ModuleAt = (specifier: string) => ReadonlySet<string> | null;

interface Importing {
  readonly file: SourceText;
  readonly imports: readonly string[];
  readonly moduleAt: ModuleAt;
}

function asksForGuards({ imports, moduleAt }: Importing): boolean {
  return imports.some(moduleAt);
}

/** Adds what each file exports of the guards that it imports, until there is no more. */
function passOn(files: readonly Importing[], exports: Exports): void {
  for (let round = 0, changed = true; changed && round < mostRounds; round++) {
    changed = false;
    for (const one of files.filter(asksForGuards)) {
      const { path } = one.file;
      const known = exports.get(path);
      const more = guardsIn(one).exports.filter((name) => !known?.has(name));
      if (more.length === 0) continue;
      exports.set(path, new Set([...(known ?? []), ...more]));
      changed = true;
    }
  }
}

/** Which file a specifier means in another: each is looked up once. */
function moduleFinder({ sources, project }: Guarded, exports: Exports) {
  const paths = new Set([...sources.map(({ path }) => path), ...exports.keys()]);
  const meant = new Map<string, string | null>();
  return (from: string, specifier: string): string | null => {
    const key = `${from}\0${specifier}`;
    if (!meant.has(key)) meant.set(key, moduleOf(from, specifier, project.aliases, paths));
    return meant.get(key)!;
  };
}

/** What the guards' own modules export; in them, the user may have given a guard another name. */
function guardExports({ record, sources, facts }: Guarded): Exports {
  const exports: Exports = new Map();
  for (const [item, { guards }] of facts) {
    const installed = record.items[item];
    for (const [guard, template] of Object.entries((installed && guards?.exports) ?? {})) {
      const path = placeNow(template, installed!);
      const text = sources.find((source) => source.path === path)?.text;
      const names = text === undefined ? [] : parsed(() => exportedNames(text, path));
      const others = names.filter((name) => !guards!.helpers?.includes(name));
      exports.set(path, new Set([...(exports.get(path) ?? []), guard, ...others]));
    }
  }
  return exports;
}

function guardsIn({ file, moduleAt }: Importing) {
  const locals = new Set<string>();
  const exports = new Set<string>();
  parsed(() => {
    const { program } = parseSource(file.text, file.path);
    for (const statement of program.body) for (const name of importedGuards(statement, moduleAt)) locals.add(name);
    addMade(program.body.flatMap(madeNames), locals);
    for (const name of exportedGuards(program, [...locals], moduleAt)) exports.add(name);
    return [];
  });
  return { locals: [...locals], exports: [...exports] };
}

/** In any order: a function may call one that stands below it. */
function addMade(made: readonly Made[], locals: Set<string>): void {
  const more = made.filter(([name, isMadeOfGuards]) => !locals.has(name) && isMadeOfGuards([...locals]));
  for (const [name] of more) locals.add(name);
  if (more.length > 0) addMade(made, locals);
}

function importedGuards(statement: Statement, moduleAt: ModuleAt): string[] {
  if (statement.type === "ImportDeclaration") {
    const guards = moduleAt(statement.source.value);
    return guards ? statement.specifiers.flatMap((one) => localNames(one, guards)) : [];
  }
  if (statement.type !== "VariableDeclaration") return [];
  return statement.declarations.flatMap(({ id, init }) => {
    const guards = moduleAt((init && requiredModule(init)) ?? "");
    if (!guards) return [];
    if (id.type !== "ObjectPattern") return [...guards];
    return id.properties.flatMap((one) =>
      one.type === "ObjectProperty" && guards.has(nameOf(one.key)) ? [nameOf(one.value)] : [],
    );
  });
}

/** Of `import * as jwt`, the members count by their names. */
function localNames(one: ImportDeclaration["specifiers"][number], guards: ReadonlySet<string>): string[] {
  if (one.type === "ImportNamespaceSpecifier") return [...guards];
  const imported = one.type === "ImportDefaultSpecifier" ? "default" : nameOf(one.imported);
  return guards.has(imported) ? [one.local.name] : [];
}

type Made = readonly [string, (guards: readonly string[]) => boolean];

/** `const login = guard`, `const admin = [guard, isAdmin]`, and functions that call or return a guard. */
function madeNames(statement: Statement): Made[] {
  const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (node?.type === "FunctionDeclaration" && node.id) return [[node.id.name, (guards) => wraps(node, guards)]];
  if (node?.type !== "VariableDeclaration") return [];
  return node.declarations.flatMap(({ id, init }): Made[] =>
    id.type === "Identifier" && init ? [[id.name, (guards) => isMadeOf(init, guards)]] : [],
  );
}

function isMadeOf(init: Expression, guards: readonly string[]): boolean {
  return isFunction(init) ? wraps(init, guards) : mentions(init, guards);
}

function wraps(node: Node, guards: readonly string[]): boolean {
  let found = false;
  walk(node, (inner) => {
    if (inner.type === "CallExpression" && inner.callee.type === "Identifier" && guards.includes(inner.callee.name))
      found = true;
    if (inner.type === "ReturnStatement" && inner.argument && mentions(inner.argument, guards)) found = true;
    if (
      inner.type === "ArrowFunctionExpression" &&
      inner.body.type !== "BlockStatement" &&
      mentions(inner.body, guards)
    )
      found = true;
  });
  return found;
}

/** Whether an expression names one of the guards, other than in a function inside of it. */
export function mentions(node: Node, guards: readonly string[]): boolean {
  let found = false;
  walk(node, (inner) => {
    if (isFunction(inner)) return false;
    if (inner.type === "Identifier" && guards.includes(inner.name)) found = true;
    return undefined;
  });
  return found;
}

function exportedGuards({ body }: Program, locals: readonly string[], moduleAt: ModuleAt): string[] {
  return body.flatMap((statement) => {
    if (statement.type === "ExportAllDeclaration") return [...(moduleAt(statement.source.value) ?? [])];
    if (statement.type === "ExportDefaultDeclaration")
      return mentions(statement.declaration, locals) ? ["default"] : [];
    if (statement.type !== "ExportNamedDeclaration") return [];
    const guards = statement.source ? moduleAt(statement.source.value) : new Set(locals);
    const listed = statement.specifiers.flatMap((one) =>
      one.type === "ExportSpecifier" && guards?.has(one.local.name) ? [nameOf(one.exported)] : [],
    );
    const declared = madeNames(statement).map(([name]) => name);
    return [...listed, ...declared.filter((name) => locals.includes(name))];
  });
}

function nameOf(node: Node): string {
  return node.type === "StringLiteral" ? node.value : node.type === "Identifier" ? node.name : "";
}

/** What does not parse is the compiler's to report. */
function parsed(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
