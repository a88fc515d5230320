import type { TsconfigFacts } from "./project.js";

/** Settings that the project works with today, and that the code to come trips over. */
export function compilerWarnings({ path, compilerOptions }: TsconfigFacts, typescriptMajor: number): string[] {
  const warnings: string[] = [];
  if (compilerOptions["skipLibCheck"] !== true) {
    warnings.push(`${path} lacks "skipLibCheck": true, which the type declarations of drizzle-orm need: set it`);
  }
  const types = compilerOptions["types"];
  const namesNode = Array.isArray(types) && types.some((name) => name === "node" || name === "*");
  if (!namesNode && (typescriptMajor >= 6 || Array.isArray(types))) {
    warnings.push(`${path} does not load the types of Node: add "node" to "types" in its compilerOptions`);
  }
  return warnings;
}

export function entryWarnings(entry: string | null, rivals: readonly string[]): string[] {
  if (entry === null) return ["no file that calls express() was found: name it with --entry"];
  if (rivals.length === 0) return [];
  return [`${rivals.join(" and ")} makes an Express app too; ${entry} was chosen: --entry picks another`];
}
