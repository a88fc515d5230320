import type { Node, VariableDeclarator } from "@babel/types";
import { parseSource } from "../../cli/edits/syntax.js";
import type { Module } from "../../test/support/import-graph.js";
import { listNames } from "../../test/support/registry-json.js";

/** A list that add-ons put entries into. */
export interface SeamList {
  readonly module: string;
  readonly name: string;
  readonly entries: number;
}

/** Every list of these modules that registry.json names or whose comment invites add-ons. */
export function seamLists(modules: readonly Module[]): SeamList[] {
  const named = listNames();
  return modules.flatMap((module) =>
    exportedLists(module)
      .filter(({ name, invites }) => invites || named.has(`${module.path} ${name}`))
      .map(({ name, entries }) => ({ module: module.path, name, entries })),
  );
}

interface ExportedList {
  readonly name: string;
  readonly entries: number;
  readonly invites: boolean;
}

function exportedLists({ path, text }: Module): ExportedList[] {
  return parseSource(text, `${path}.ts`).program.body.flatMap((node) => {
    if (node.type !== "ExportNamedDeclaration" || node.declaration?.type !== "VariableDeclaration") return [];
    const invites = /add-on appends/i.test((node.leadingComments ?? []).map(({ value }) => value).join("\n"));
    return node.declaration.declarations.flatMap((declared) => listOf(declared, invites));
  });
}

function listOf({ id, init }: VariableDeclarator, invites: boolean): ExportedList[] {
  const value = withoutType(init);
  if (value?.type !== "ArrayExpression" || id.type !== "Identifier") return [];
  return [{ name: id.name, entries: value.elements.length, invites }];
}

function withoutType(node: Node | null | undefined): Node | null | undefined {
  return node?.type === "TSAsExpression" || node?.type === "TSSatisfiesExpression" ? node.expression : node;
}
