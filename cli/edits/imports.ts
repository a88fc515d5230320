import { posix } from "node:path";
import type { Node, StringLiteral } from "@babel/types";
import MagicString from "magic-string";
import { withMarkOf, withoutMark } from "../text/byte-order-mark.js";
import { parseSource, walk } from "./syntax.js";

/**
 * Rewrites every module specifier of a TypeScript source: imports, `export ... from`, `import()` (as value and as type),
 * `import x = require()` and `declare module`. Nothing else changes, not by one byte.
 */
export function rewriteSpecifiers(source: string, rewrite: (specifier: string) => string): string {
  const body = withoutMark(source);
  const edited = new MagicString(body);
  walk(parseSource(body, "source.ts").program, (node) => {
    const literal = specifierOf(node);
    if (literal === null) return;
    const specifier = rewrite(literal.value);
    if (specifier !== literal.value) edited.overwrite(literal.start! + 1, literal.end! - 1, specifier);
  });
  return withMarkOf(source, edited.toString());
}

function specifierOf(node: Node): StringLiteral | null {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
      return stringLiteral(node.source);
    case "CallExpression":
      return node.callee.type === "Import" ? stringLiteral(node.arguments[0]) : null;
    case "TSImportType":
      return stringLiteral(node.argument);
    case "TSExternalModuleReference":
      return stringLiteral(node.expression);
    case "TSModuleDeclaration":
      return stringLiteral(node.id);
    default:
      return null;
  }
}

function stringLiteral(node: Node | null | undefined): StringLiteral | null {
  return node?.type === "StringLiteral" ? node : null;
}

export interface TemplateImports {
  /** Path of the template, e.g. "src/audit/log.ts". */
  readonly from: string;
  /** Maps a template path to the path in the user's repo. */
  readonly place: (templatePath: string) => string;
  /** How a relative import of a TypeScript file ends in the user's project. */
  readonly extension: ".js" | ".ts" | "";
  /** Packages that go by another name there, e.g. `{ zod: "zod-4", vitest: "@jest/globals" }`. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Turns the specifiers of a template, written with relative `.js` specifiers, into those of the user's project. */
export function rewriteTemplateImports(source: string, template: TemplateImports): string {
  return rewriteSpecifiers(source, (specifier) =>
    /^\.\.?\//.test(specifier)
      ? relativeSpecifier(specifier, template)
      : packageSpecifier(specifier, template.packages),
  );
}

function relativeSpecifier(specifier: string, { from, place, extension }: TemplateImports): string {
  const target = posix.join(posix.dirname(from), specifier);
  const isModule = target.endsWith(".js");
  const placed = place(isModule ? target.replace(/\.js$/, ".ts") : target);
  const path = posix.relative(posix.dirname(place(from)), placed);
  const relative = path.startsWith("../") ? path : `./${path}`;
  return isModule ? relative.replace(/\.ts$/, extension) : relative;
}

function packageSpecifier(specifier: string, packages: Readonly<Record<string, string>>): string {
  const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [specifier];
  return Object.hasOwn(packages, name) ? packages[name] + specifier.slice(name.length) : specifier;
}
