export function entryWarnings(entry: string | null, rivals: readonly string[]): string[] {
  if (entry === null) return ["no file that calls express() was found: name it with --entry"];
  if (rivals.length === 0) return [];
  return [`${rivals.join(" and ")} makes an Express app too; ${entry} was chosen: --entry picks another`];
}
