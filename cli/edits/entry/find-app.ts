import type { Node, Statement } from "@babel/types";
import { walk } from "../syntax.js";
import type { EntryFile } from "./entry-file.js";
import { dottedName, isCall, isFunction, methodName, requiredModule, unwrap } from "./expression.js";

/** One Express app of a file. */
export interface App {
  /** How it is called where it is made: "app", "this.app". */
  readonly name: string;
  /** The `express()` call; null where a function is handed the app. */
  readonly creation: Node | null;
  /** The statements that the app lives in; a class body for `this.app`. */
  readonly home:
    | { readonly kind: "statements"; readonly list: readonly Statement[] }
    | { readonly kind: "class"; readonly body: Node };
  /** The statements that the `express()` call stands among. */
  readonly around: readonly Statement[];
  readonly line: number;
}

/** Every Express app that the file makes and gives a name; where it makes none, those that its functions are handed. */
export function findApps(file: EntryFile): readonly App[] {
  const apps: App[] = [];
  walk(file.program, (node, parents) => {
    if (!isCreation(node, file)) return;
    const app = namedApp(node, parents, file);
    if (app !== null) apps.push(app);
  });
  return apps.length > 0 || makesApp(file) ? apps : handedApps(file);
}

/** Whether the file calls `express()` at all, named or not. */
export function makesApp(file: EntryFile): boolean {
  let found = false;
  walk(file.program, (node) => {
    if (isCreation(node, file)) found = true;
  });
  return found;
}

export function isCreation(node: Node, file: EntryFile): boolean {
  if (!isCall(node) || node.arguments.length > 0) return false;
  const callee = unwrap(node.callee);
  const name = dottedName(callee);
  return file.express.has(name.replace(/\.default$/, "")) || (isCall(callee) && requiredModule(callee) === "express");
}

/** Follows `const app: Express = (module.exports = express() as Express)` outwards to the name and the statement. */
function namedApp(creation: Node, parents: readonly Node[], file: EntryFile): App | null {
  let inner = creation;
  for (let at = parents.length - 1; at >= 0; at--) {
    const parent = parents[at]!;
    const above = parents.slice(0, at);
    const line = creation.loc!.start.line;
    if (parent.type === "VariableDeclarator" && parent.id.type === "Identifier")
      return { name: parent.id.name, creation, home: statements(listAround(above)), around: listAround(above), line };
    if (parent.type === "ClassProperty" || parent.type === "ClassPrivateProperty") {
      const key = parent.type === "ClassProperty" ? dottedName(parent.key) : `#${parent.key.id.name}`;
      const body = above.at(-1)!;
      return parent.static ? null : { name: `this.${key}`, creation, home: { kind: "class", body }, around: [], line };
    }
    if (parent.type === "AssignmentExpression" && parent.right === inner && !isExports(parent.left)) {
      const outer = above.at(-1);
      if (outer?.type !== "VariableDeclarator") return assignedApp(dottedName(parent.left), creation, above, file);
    } else if (unwrap(parent) !== inner && !continuesChain(parent, inner) && parent.type !== "AssignmentExpression")
      return null;
    inner = parent;
  }
  return null;
}

/** `express().use(cors()).set("x", 1)`: each of these methods gives the app back. */
function continuesChain(parent: Node, inner: Node): boolean {
  if (isCall(parent)) return parent.callee === inner && handsBack.test(methodName(parent));
  return parent.type === "MemberExpression" && parent.object === inner;
}

const handsBack = /^(use|set|enable|disable|engine|param|on|all|get|post|put|patch|delete|options|head)$/;

function assignedApp(name: string, creation: Node, above: readonly Node[], file: EntryFile): App | null {
  const line = creation.loc!.start.line;
  const around = listAround(above);
  if (name.startsWith("this.")) {
    const body = above.findLast((node) => node.type === "ClassBody");
    return body === undefined ? null : { name, creation, home: { kind: "class", body }, around, line };
  }
  if (name === "" || name.includes(".")) return null;
  return { name, creation, home: statements(declaringList(name, file) ?? around), around, line };
}

function isExports(left: Node): boolean {
  return /^(module\.)?exports(\.|$)/.test(dottedName(left));
}

function statements(list: readonly Statement[]): App["home"] {
  return { kind: "statements", list };
}

function listAround(parents: readonly Node[]): readonly Statement[] {
  const holder = parents.findLast((node) => node.type === "BlockStatement" || node.type === "Program");
  return holder?.type === "BlockStatement" || holder?.type === "Program" ? holder.body : [];
}

function declaringList(name: string, file: EntryFile): readonly Statement[] | null {
  let list: readonly Statement[] | null = null;
  walk(file.program, (node, parents) => {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name)
      list ??= listAround(parents);
  });
  return list;
}

/** `function configure(app: Express)` and `({ app }: { app: express.Application }) =>`. */
function handedApps(file: EntryFile): readonly App[] {
  const apps: App[] = [];
  walk(file.program, (node) => {
    if (!isFunction(node) || node.body.type !== "BlockStatement") return;
    const name = node.params.map((param) => handedName(param, file)).find((found) => found !== null);
    if (name !== undefined)
      apps.push({
        name,
        creation: null,
        home: statements(node.body.body),
        around: node.body.body,
        line: node.loc!.start.line,
      });
  });
  return apps;
}

function handedName(param: Node, file: EntryFile): string | null {
  const annotation = "typeAnnotation" in param ? param.typeAnnotation : null;
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : null;
  if (type === null) return null;
  if (param.type === "Identifier") return isAppType(type, file) ? param.name : null;
  if (param.type !== "ObjectPattern" || type.type !== "TSTypeLiteral") return null;
  const member = type.members.find(
    (one) =>
      one.type === "TSPropertySignature" && one.typeAnnotation && isAppType(one.typeAnnotation.typeAnnotation, file),
  );
  const key = member?.type === "TSPropertySignature" ? dottedName(member.key) : null;
  const property = param.properties.find((one) => one.type === "ObjectProperty" && dottedName(one.key) === key);
  return property?.type === "ObjectProperty" && property.value.type === "Identifier" ? property.value.name : null;
}

function isAppType(type: Node, file: EntryFile): boolean {
  if (type.type !== "TSTypeReference") return false;
  const name = file.text.slice(type.typeName.start!, type.typeName.end!);
  const [root = "", ...rest] = name.split(".");
  if (!/^(Express|Application|Core\.Express)$/.test(rest.join(".") || root)) return false;
  return /^express(-serve-static-core)?$/.test(file.origins.get(root) ?? "");
}
