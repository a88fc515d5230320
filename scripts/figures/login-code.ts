import type { Node } from "@babel/types";
import { parseSource, walk } from "../../cli/edits/syntax.js";
import type { Module } from "../../test/support/import-graph.js";

/** Functions that take the type of what a client is handed as a parameter: "src/auth/accounts logIn". */
export function handOverGenerics(modules: readonly Module[]): string[] {
  return modules.flatMap((module) => {
    const handsOver = /^src\/(routes|middleware)\/|\/(accounts|sessions)$/.test(module.path);
    return genericFunctions(module)
      .filter(({ parameters }) => handsOver || parameters.includes("Handed"))
      .map(({ name }) => `${module.path} ${name}`);
  });
}

/** Modules beside `accounts` that check a password and admit a login by themselves. */
export function loginCopies(modules: readonly Module[]): string[] {
  return modules.filter((module) => !module.path.endsWith("/accounts") && logsIn(module)).map(({ path }) => path);
}

function logsIn({ imports }: Module): boolean {
  const names = imports.flatMap((one) => one.names);
  return names.includes("verifyPassword") && names.some((name) => /^(loginChecks|admitPasswordAttempt)$/.test(name));
}

interface GenericFunction {
  readonly name: string;
  readonly parameters: readonly string[];
}

function genericFunctions({ path, text }: Module): GenericFunction[] {
  const found: GenericFunction[] = [];
  walk(parseSource(text, `${path}.ts`).program, (node) => {
    const parameters = typeParameters(node);
    if (parameters.length > 0) found.push({ name: functionName(node), parameters });
  });
  return found;
}

function typeParameters(node: Node): string[] {
  if (!isFunction(node) || node.typeParameters?.type !== "TSTypeParameterDeclaration") return [];
  return node.typeParameters.params.map(({ name }) => name);
}

function isFunction(node: Node) {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression" ||
    node.type === "ObjectMethod"
  );
}

function functionName(node: Node): string {
  return node.type === "FunctionDeclaration" && node.id ? node.id.name : `at ${node.loc?.start.line}`;
}
