import type { Class, Function as FunctionNode, Node, Program } from "@babel/types";
import { parseSource, walk } from "../syntax.js";
import { dottedName, isCall, isFunction, requiredModule, unwrap } from "./expression.js";

/** A parsed entry file and what its names stand for. */
export interface EntryFile {
  readonly text: string;
  readonly program: Program;
  /** Local name -> the module it comes from. */
  readonly origins: ReadonlyMap<string, string>;
  /** Local names of `express`. */
  readonly express: ReadonlySet<string>;
  /** Local names of `Router`. */
  readonly router: ReadonlySet<string>;
  /** Local name (`this.x` for a method) -> its function. */
  readonly functions: ReadonlyMap<string, FunctionNode>;
  /** Local name -> what it was declared with. */
  readonly values: ReadonlyMap<string, Node>;
  /** How often a function is called, by name. */
  readonly calls: ReadonlyMap<string, number>;
}

type Names = {
  [K in "origins" | "functions" | "values" | "calls"]: Map<
    string,
    EntryFile[K] extends ReadonlyMap<string, infer V> ? V : never
  >;
} & { express: Set<string>; router: Set<string> };

/** Parses an entry file and collects its names. Throws the parser's SyntaxError. */
export function readEntryFile(text: string, path: string): EntryFile {
  const { program } = parseSource(text, path);
  const names: Names = {
    origins: new Map(),
    functions: new Map(),
    values: new Map(),
    calls: new Map(),
    express: new Set(),
    router: new Set(),
  };
  walk(program, (node) => collect(node, names));
  return { text, program, ...names };
}

function collect(node: Node, names: Names): void {
  if (node.type === "ImportDeclaration") {
    for (const specifier of node.specifiers) {
      const imported =
        specifier.type === "ImportSpecifier"
          ? specifier.imported.type === "Identifier"
            ? specifier.imported.name
            : specifier.imported.value
          : "default";
      addOrigin(specifier.local.name, imported, node.source.value, names);
    }
  } else if (node.type === "TSImportEqualsDeclaration") {
    if (node.moduleReference.type === "TSExternalModuleReference")
      addOrigin(node.id.name, "default", node.moduleReference.expression.value, names);
  } else if (node.type === "VariableDeclarator" && node.init) collectVariable(node.id, node.init, names);
  else if (node.type === "FunctionDeclaration" && node.id) names.functions.set(node.id.name, node);
  else if (node.type === "AssignmentExpression" && isFunction(node.right))
    names.functions.set(dottedName(node.left), node.right);
  else if (node.type === "ExportDefaultDeclaration" && isFunction(node.declaration))
    names.functions.set("default", node.declaration);
  else if (node.type === "ClassDeclaration" || node.type === "ClassExpression") collectMethods(node, names);
  else if (isCall(node)) {
    const name = dottedName(node.callee);
    names.calls.set(name, (names.calls.get(name) ?? 0) + 1);
  }
}

function addOrigin(local: string, imported: string, specifier: string, names: Names): void {
  names.origins.set(local, specifier);
  if (specifier !== "express") return;
  if (imported === "default" || imported === "express") names.express.add(local);
  if (imported === "Router") names.router.add(local);
}

function collectVariable(id: Node, init: Node, names: Names): void {
  const value = unwrap(init);
  const specifier = requiredModule(value);
  if (id.type === "Identifier") {
    names.values.set(id.name, value);
    if (isFunction(value)) names.functions.set(id.name, value);
    if (specifier !== null)
      addOrigin(id.name, dottedName(value).endsWith(".Router") ? "Router" : "default", specifier, names);
  } else if (id.type === "ObjectPattern" && specifier !== null) {
    for (const property of id.properties)
      if (property.type === "ObjectProperty" && property.value.type === "Identifier")
        addOrigin(property.value.name, dottedName(property.key), specifier, names);
  }
}

function collectMethods(node: Class, names: Names): void {
  for (const member of node.body.body) {
    if (member.type === "ClassMethod" && member.kind === "method" && member.key.type === "Identifier")
      names.functions.set(`this.${member.key.name}`, member);
    else if (member.type === "ClassPrivateMethod") names.functions.set(`this.#${member.key.id.name}`, member);
    else if (member.type === "ClassProperty" && member.key.type === "Identifier" && isFunction(member.value))
      names.functions.set(`this.${member.key.name}`, member.value);
  }
}
