import type { LVal, Node, VoidPattern } from "@babel/types";
import { parseSource } from "./syntax.js";

/** The names that a module exports as values, but for those of `export *`. */
export function exportedNames(source: string, path: string): string[] {
  const { body } = parseSource(source, path).program;
  return body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || statement.exportKind === "type") return [];
    const listed = statement.specifiers.flatMap((one) =>
      one.type === "ExportSpecifier" && one.exportKind !== "type" ? [nameOf(one.exported)] : [],
    );
    return [...listed, ...declaredNames(statement.declaration)];
  });
}

function declaredNames(declaration: Node | null | undefined): string[] {
  if (declaration?.type === "VariableDeclaration") return declaration.declarations.flatMap(({ id }) => boundName(id));
  const isValue = ["FunctionDeclaration", "ClassDeclaration"].includes(declaration?.type ?? "");
  const { id } = (declaration ?? {}) as { id?: LVal | null };
  return isValue && id ? boundName(id) : [];
}

function boundName(id: LVal | VoidPattern): string[] {
  return id.type === "Identifier" ? [id.name] : [];
}

function nameOf(node: Node): string {
  return node.type === "StringLiteral" ? node.value : node.type === "Identifier" ? node.name : "";
}
