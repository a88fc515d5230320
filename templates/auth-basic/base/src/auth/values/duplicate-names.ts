/**
 * Each text of a JSON value, with the colon behind it, and each brace. A text that is never closed ends with the value:
 * otherwise each quote in it would start a search of its own, and a large value take seconds.
 */
const tokens = /"((?:[^"\\]|\\[\s\S]?)*)(?:"|$)\s*(:?)|[{}]/g;

/**
 * Whether an object in `json` has two members of one name, however they are spelled. RFC 8259 leaves open which of them
 * wins; two parsers on the way may choose differently. Measure what a stranger sends before.
 *
 * @throws SyntaxError for some of what is no JSON.
 */
export function hasDuplicateNames(json: string): boolean {
  const open: Set<unknown>[] = [];
  for (const [token, name, colon] of json.matchAll(tokens)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (colon === ":" && !takes(open[open.length - 1] ?? new Set(), JSON.parse(`"${name}"`))) return true;
  }
  return false;
}

function takes(names: Set<unknown>, name: unknown): boolean {
  return names.size !== names.add(name).size;
}
