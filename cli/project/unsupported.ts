import { CliError } from "../errors.js";
import { allowsDefaultImports, emitsCommonJs, hasEsModuleInterop } from "./compiler-defaults.js";
import type { TsconfigFacts } from "./project.js";

/** Frameworks that hide Express behind their own way of mounting. */
export function rejectFrameworks(dependencies: Readonly<Record<string, string>>): void {
  if ("@nestjs/core" in dependencies) {
    throw unsupported(
      "this is a NestJS project, whose modules authwright can't write: use it in a plain Express + TypeScript project",
    );
  }
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
