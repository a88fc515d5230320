import { rootOf } from "../../record/paths.js";
import type { InstallRecord } from "../../record/schema.js";

/** The line (from 1) that an offset is on. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** The line (from 1) of the last assignment to a key in a `.env`; null where there is none. */
export function lineOfKey(text: string, name: string): number | null {
  const lines = text.split("\n");
  const at = lines.findLastIndex((line) => /^\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line)?.[1] === name);
  return at === -1 ? null : at + 1;
}

/** Test files and what supports them: their secrets and settings are made up. Installed ones are known wherever they are. */
export function isTest(path: string, { items }: InstallRecord): boolean {
  const installed = Object.values(items).flatMap(({ files }) => files[path] ?? []);
  return looksLikeTest.test(path) || installed.some(({ template }) => rootOf(template) === "test");
}

const looksLikeTest =
  /(^|\/)(tests?|__tests__|spec|e2e|fixtures)\/|(^|\/)(vitest|jest)[.-]|\.(test|spec)\.[cm]?[jt]sx?$/;
