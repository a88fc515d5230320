import { CliError } from "../errors.js";
import { allowsDefaultImports, emitsCommonJs, hasEsModuleInterop } from "./build/compiler-defaults.js";
import type { TsconfigFacts } from "./project.js";

/** Frameworks that are no Express, or hide it behind their own way of mounting: what a person can do instead. */
const frameworks: readonly { readonly package: string; readonly line: string; readonly besideExpress?: true }[] = [
  {
    package: "@nestjs/core",
    line: "this is a NestJS project, whose modules and guards authwright doesn't write: a plain Express server beside it can issue the tokens",
    besideExpress: true,
  },
  {
    package: "next",
    line: "this is a Next.js project without an Express server: authwright adds routes and middleware to Express, so make one beside it with `authwright init api`",
  },
  {
    package: "fastify",
    line: "this is a Fastify project, and authwright writes routes and middleware of Express, which Fastify doesn't run: make an Express server beside it with `authwright init auth`",
  },
  {
    package: "hono",
    line: "this is a Hono project, and authwright writes routes and middleware of Express, which Hono doesn't run: make an Express server beside it with `authwright init auth`",
  },
  {
    package: "koa",
    line: "this is a Koa project, and authwright writes routes and middleware of Express, which Koa doesn't run: make an Express server beside it with `authwright init auth`",
  },
];

/** Says in one line what is in the way; with Express beside it, only NestJS is. */
export function rejectFrameworks(dependencies: Readonly<Record<string, string>>): void {
  const found = frameworks.find(
    (one) => one.package in dependencies && (one.besideExpress || !("express" in dependencies)),
  );
  if (found) throw unsupported(found.line);
}

/** Compiler options under which the code that lands can't compile or can't run. */
export function rejectCompilerOptions(
  { path, compilerOptions }: TsconfigFacts,
  typescriptMajor: number,
  packageType: "module" | "commonjs",
): void {
  const commonJs = emitsCommonJs(compilerOptions, typescriptMajor, packageType);
  if (commonJs && compilerOptions["verbatimModuleSyntax"] === true) {
    throw unsupported(
      `${path} has "verbatimModuleSyntax" with CommonJS output, which refuses every import: set it to false, or move to ES modules ("type": "module" in package.json, "module": "nodenext")`,
    );
  }
  const interop = hasEsModuleInterop(compilerOptions, typescriptMajor);
  if (commonJs ? !interop : !allowsDefaultImports(compilerOptions, typescriptMajor)) {
    throw unsupported(`${path} lacks "esModuleInterop": set "esModuleInterop": true in its compilerOptions`);
  }
  if (compilerOptions["isolatedDeclarations"] === true) {
    throw unsupported(`${path} has "isolatedDeclarations", which is for libraries: set it to false for this server`);
  }
}

function unsupported(message: string): CliError {
  return new CliError("UnsupportedProject", message);
}
