import type { Node, Statement } from "@babel/types";
import type { Edit } from "../edit.js";
import { syntaxProblem, walk } from "../syntax.js";
import { type EntryFile, readEntryFile } from "./entry-file.js";
import { namesOfRouter } from "./existing-router.js";
import { dottedName, isCall, methodName, requiredModule } from "./expression.js";
import { cutStatements } from "./splice-line.js";

export interface UnmountOptions {
  readonly path: string;
  readonly specifier: string;
  readonly sameModule?: readonly string[];
}

/**
 * Takes the import and the mount of a router out of a file: whole lines, and only those that hold nothing else. A router
 * that is used in another way too (behind a limiter of the user's, exported again) is left for the user.
 */
export function unmountRouter(text: string, options: UnmountOptions): Edit {
  let file: EntryFile;
  try {
    file = readEntryFile(text, options.path);
  } catch (error) {
    return cannot(syntaxProblem(error), []);
  }
  const names = namesOfRouter(file, options.specifier, options.sameModule);
  if (names.length === 0) return { kind: "already" };
  const ours = statementsOf(file, names);
  const inside = (node: Node) => ours.some((one) => one.start! <= node.start! && node.end! <= one.end!);
  const left = usesOf(file, names).filter((node) => !inside(node));
  const lines = new Set([...ours, ...left].map((node) => lineOf(text, node)));
  if (left.length > 0) return cannot(`line ${left[0]!.loc!.start.line} uses it in another way`, [...lines]);
  const after = cutStatements(text, ours);
  if (after === null) return cannot("other code shares a line with it", [...lines]);
  return { kind: "applied", text: after, added: [...lines] };
}

/** `import { x } from "..."`, `const { x } = require("...")` and `app.use("/path", x)` of our names, and nothing beside. */
function statementsOf({ program }: EntryFile, names: readonly string[]): Statement[] {
  const found: Statement[] = [];
  walk(program, (node) => {
    if (node.type === "ImportDeclaration") {
      const [only, ...others] = node.specifiers;
      if (only && others.length === 0 && names.includes(only.local.name)) found.push(node);
    } else if (node.type === "VariableDeclaration") {
      const [only, ...others] = node.declarations;
      if (only?.init && others.length === 0 && requiredModule(only.init) && bindsOnly(only.id, names)) found.push(node);
    } else if (node.type === "ExpressionStatement" && isCall(node.expression)) {
      const { callee, arguments: args } = node.expression;
      const isUse = methodName(node.expression) === "use" && dottedName(callee).split(".").length <= 3;
      const [path, router] = args;
      if (isUse && args.length === 2 && path?.type === "StringLiteral" && router && names.includes(dottedName(router)))
        found.push(node);
    }
  });
  return found;
}

function bindsOnly(id: Node, names: readonly string[]): boolean {
  if (id.type === "Identifier") return names.includes(id.name);
  const [only, ...others] = id.type === "ObjectPattern" ? id.properties : [];
  return others.length === 0 && only?.type === "ObjectProperty" && names.includes(dottedName(only.value));
}

function usesOf({ program }: EntryFile, names: readonly string[]): Node[] {
  const found: Node[] = [];
  walk(program, (node, parents) => {
    const parent = parents.at(-1);
    const isMember = parent?.type === "MemberExpression" && parent.property === node && !parent.computed;
    const isKey = parent?.type === "ObjectProperty" && parent.key === node && !parent.shorthand;
    if (node.type === "Identifier" && names.includes(node.name) && !isMember && !isKey) found.push(node);
  });
  return found;
}

function lineOf(text: string, node: Node): string {
  const start = text.lastIndexOf("\n", node.start! - 1) + 1;
  return text.slice(start).split(/\r?\n/, 1)[0]!.trim();
}

function cannot(reason: string, lines: readonly string[]): Edit {
  return { kind: "cannot", reason, place: "take these lines out by hand", paste: lines };
}
