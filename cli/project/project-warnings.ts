export function entryWarnings(entry: string | null, rivals: readonly string[]): string[] {
  if (entry === null) return ["no file that calls express() was found: name it with --entry"];
  if (rivals.length === 0) return [];
  const [makes, an] = rivals.length > 1 ? ["make", "Express apps"] : ["makes", "an Express app"];
  return [`${rivals.join(" and ")} ${makes} ${an} too; ${entry} was chosen: --entry picks another`];
}
