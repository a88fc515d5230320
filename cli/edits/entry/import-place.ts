import type { Statement } from "@babel/types";
import type { EntryFile } from "./entry-file.js";
import { dottedName, requiredModule } from "./expression.js";

export interface ImportPlace {
  readonly after: Statement;
  readonly style: "import" | "require";
}

/**
 * Below the last import. A file that only requires gets a `require`, below the last one that runs before the app is made:
 * an import would turn a CommonJS file into a module.
 */
export function findImportPlace({ program }: EntryFile, mountOffset: number): ImportPlace | null {
  const imports = program.body.filter(
    (node) =>
      node.type === "ImportDeclaration" ||
      (node.type === "TSImportEqualsDeclaration" && node.moduleReference.type === "TSExternalModuleReference"),
  );
  const last = imports.at(-1);
  if (last !== undefined) return { after: last, style: "import" };
  const required = program.body.filter((node) => isRequire(node) && node.start! < mountOffset);
  const after = required.at(-1);
  if (after === undefined) return null;
  return { after, style: program.body.some((node) => node.type.startsWith("Export")) ? "import" : "require" };
}

function isRequire(node: Statement): boolean {
  if (node.type === "ExpressionStatement")
    return node.expression.type === "CallExpression" && /^require(\.config)?$/.test(dottedName(node.expression));
  return (
    node.type === "VariableDeclaration" &&
    node.declarations.every(({ init }) => init != null && requiredModule(init) !== null)
  );
}
