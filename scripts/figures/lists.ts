import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Node, VariableDeclarator } from "@babel/types";
import { parseSource } from "../../cli/edits/syntax.js";
import type { Module } from "../../test/support/import-graph.js";
import { repo } from "../../test/support/template-tree.js";

/** A list that add-ons put entries into. */
export interface SeamList {
  readonly module: string;
  readonly name: string;
  readonly entries: number;
}

/** Every list of these modules that registry.json names or whose comment invites add-ons. */
export function seamLists(modules: readonly Module[]): SeamList[] {
  const named = listsInRegistry();
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

interface ItemLists {
  readonly appends?: readonly { readonly file: string; readonly list: string }[];
  readonly lists?: Readonly<Record<string, string>>;
}

/** "src/auth/purge purges" for each list that an item declares or appends to. */
function listsInRegistry(): Set<string> {
  const { items } = JSON.parse(readFileSync(join(repo, "registry.json"), "utf8")) as { items: ItemLists[] };
  const named = items.flatMap(({ appends = [], lists = {} }) => [
    ...appends.map(({ file, list }) => ({ file, list })),
    ...Object.entries(lists).map(([list, file]) => ({ file, list })),
  ]);
  return new Set(named.map(({ file, list }) => `${file.replace(/\.ts$/, "")} ${list}`));
}
