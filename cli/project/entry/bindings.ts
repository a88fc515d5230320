/** The names that a file gives to what it imports or requires from one of these specifiers. Takes text without comments. */
export function namesFrom(code: string, specifiers: readonly string[]): string[] {
  const patterns = [
    /\bimport\s+(?!type\b)([^;"']*?)\s*from\s*["']([^"']+)["']/g,
    /\b(?:const|let|var|import)\s+([^;=]*?)=\s*(?:await\s+)?(?:require|import)\s*\(\s*["']([^"']+)["']/g,
  ];
  const clauses = patterns.flatMap((pattern) => [...code.matchAll(pattern)]);
  return clauses.flatMap(([, clause = "", specifier = ""]) => (specifiers.includes(specifier) ? locals(clause) : []));
}

/** `main, { a as b, type C }` -> main, b */
function locals(clause: string): string[] {
  return clause.split(/[{},]/).flatMap((part) => {
    const words = part.trim();
    const local = /^type\s/.test(words) ? null : /(?:^|\bas\s+|:\s*)([\w$]+)$/.exec(words);
    return local?.[1] ?? [];
  });
}
