import { sha256 } from "../../record/sha256.js";
import type { RegistryItem } from "../registry.js";
import type { TemplateFile } from "../templates.js";

/**
 * The sha-256 (hex) of all that an item is: its entry in registry.json and every file of every choice. The order of members,
 * line endings, and whether the texts are inlined make no difference.
 */
export function itemHash({ files: _, ...read }: RegistryItem, files: readonly TemplateFile[]): string {
  // Where a list of another item stands is not for this one to say.
  const item = { ...read, appends: read.appends?.map(({ file: _file, ...append }) => append) };
  const texts = files.map(({ template, text }) => [template, text.replaceAll("\r\n", "\n")] as const);
  const sorted = texts.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sha256(canonical([item, sorted]));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
