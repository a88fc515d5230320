import { parseEnv } from "node:util";
import { parse } from "dotenv";
import { cutLines, linesOf } from "./cut-lines.js";
import type { Edit } from "./edit.js";

/**
 * Takes keys out of a `.env`: of each the last line, which is the one that counts. Every other key reads as before, or
 * nothing is done. `added` names the keys that went. `appended` names all that were added, the ones that stay too.
 */
export function removeEnvKeys(
  text: string,
  names: readonly string[],
  glue: readonly string[] = [],
  appended: readonly string[] = names,
): Edit {
  const lines = linesOf(text);
  const placeOf = (name: string) => lines.findLastIndex((line) => isLineOf(line, name));
  const places = new Map(names.map((name) => [name, placeOf(name)]));
  const found = [...places].filter(([, at]) => at !== -1);
  if (found.length === 0) return { kind: "already" };
  const after = cutLines(text, new Set(found.map(([, at]) => at)), glue, opensAt(placeOf(appended[0] ?? ""), glue));
  const gone = found.map(([name]) => name);
  const damage = firstDifference(text, after, gone);
  if (damage === null) return { kind: "applied", text: after, added: gone };
  const reason = `${damage} would be read differently afterwards`;
  return { kind: "cannot", reason, place: "take these keys out by hand", paste: gone.map((name) => `${name}=`) };
}

/** Keys are set apart by an empty line: where no more than one line end was put before them, the file had its own. */
export function opensAt(first: number | null, glue: readonly string[]): number | null {
  return glue.some((one) => /\n\r?\n/.test(one)) ? first : null;
}

function isLineOf(line: string, name: string): boolean {
  return /^\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line)?.[1] === name;
}

/** A quoted value may hold lines that look like keys. */
function firstDifference(before: string, after: string, gone: readonly string[]): string | null {
  for (const read of [parse, parseEnv]) {
    const [was, is] = [read(before), read(after)];
    const others = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !gone.includes(name));
    const changed = others.find((name) => was[name] !== is[name]);
    if (changed !== undefined) return changed;
    const stays = gone.find((name) => is[name] !== undefined && is[name] === was[name]);
    if (stays !== undefined) return stays;
  }
  return null;
}
