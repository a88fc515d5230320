import type { TsconfigFacts } from "./project.js";

/** A setting that the project works with today, and that the code to come trips over. */
export function compilerWarnings({ path, compilerOptions }: TsconfigFacts): string[] {
  if (compilerOptions["skipLibCheck"] !== false) return [];
  return [`${path} sets "skipLibCheck" to false, and the type declarations of drizzle-orm need it true`];
}

export function entryWarnings(entry: string | null, rivals: readonly string[]): string[] {
  if (entry === null) return ["no file that calls express() was found: name it with --entry"];
  if (rivals.length === 0) return [];
  return [`${rivals.join(" and ")} makes an Express app too; ${entry} was chosen: --entry picks another`];
}
