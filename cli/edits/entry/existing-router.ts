import { walk } from "../syntax.js";
import type { EntryFile } from "./entry-file.js";
import { dottedName, isCall } from "./expression.js";

/** The local names that the file gives to what it imports from our router's module, in any spelling of the specifier. */
export function namesOfRouter(
  file: EntryFile,
  specifier: string,
  sameModule: readonly string[] = [],
): readonly string[] {
  const ours = new Set([specifier, ...sameModule].map(bare));
  return [...file.origins].filter(([, origin]) => ours.has(bare(origin))).map(([name]) => name);
}

function bare(specifier: string): string {
  return specifier.replace(/\.[cm]?[jt]s$/, "").replace(/\/index$/, "");
}

/** Whether one of `names` is handed to a `use`. */
export function isMounted(file: EntryFile, names: readonly string[]): boolean {
  let mounted = false;
  walk(file.program, (node) => {
    if (!isCall(node) || !dottedName(node.callee).endsWith(".use")) return;
    if (node.arguments.some((argument) => names.includes(dottedName(argument).replace(/\..*/, "")))) mounted = true;
  });
  return mounted;
}
