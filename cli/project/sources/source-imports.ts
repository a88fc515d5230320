/** The text without comments, line for line; strings and templates stay. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (comment, literal?: string) => literal ?? ` ${comment.replace(/[^\n]+/g, "")}`,
  );
}

/** The specifiers that a file imports, exports from or requires, in order. Takes text without comments. */
export function importsOf(code: string): string[] {
  const pattern = /\b(?:from|import)\s*["']([^"'\n]+)["']|\b(?:import|require)\s*\(\s*["']([^"'\n]+)["']\s*\)/g;
  return [...code.matchAll(pattern)].flatMap((match) => match[1] ?? match[2] ?? []);
}

/** Whether a file has express and calls it: it makes an app. Takes text without comments. */
export function makesExpressApp(code: string): boolean {
  if (/\(?\s*(?:await\s+import|require)\s*\(\s*["']express["']\s*\)\s*\)?(?:\.default)?\s*\(\s*\)/.test(code))
    return true;
  return expressNames(code).some((name) =>
    new RegExp(`(?<![\\w$.])${escaped(name)}(?:\\.default)?\\s*\\(\\s*\\)`).test(code),
  );
}

/** How much is registered on an app here: the measure between two files that both make one. */
export function countRegistrations(code: string): number {
  return [...code.matchAll(/\.(?:use|get|post|put|patch|delete|all)\s*\(/g)].length;
}

function expressNames(code: string): string[] {
  const patterns = [
    /\bimport\s+(?:\*\s*as\s+)?([\w$]+)\s*(?:,\s*(?:\{[^}]*\}|\*\s*as\s+[\w$]+)\s*)?from\s*["']express["']/g,
    /\bimport\s*\{[^}]*\b(?:default\s+as\s+([\w$]+)|express\b)[^}]*\}\s*from\s*["']express["']/g,
    /\b(?:import|const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*\(?\s*(?:require|await\s+import)\s*\(\s*["']express["']\s*\)/g,
    /\b(?:const|let|var)\s*\{[^}]*\bdefault\s*:\s*([\w$]+)[^}]*\}\s*=\s*(?:require|await\s+import)\s*\(\s*["']express["']/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? "express"));
}

function escaped(name: string): string {
  return name.replaceAll("$", "\\$");
}
