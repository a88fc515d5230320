import type { Draft } from "./draft.js";
import { sha256 } from "./files.js";
import { basePath } from "./paths.js";
import type { KeptPart } from "./plan.js";
import { databaseStays, type RemoveInput } from "./remove-input.js";

/** Takes the item's files away. Returns those that stay, with the reason. */
export function planRemovedFiles(input: RemoveInput, draft: Draft): KeptPart[] {
  const kept: KeptPart[] = [];
  for (const [path, { template, sha256: installed }] of Object.entries(input.installed.files)) {
    const text = draft.read(path);
    if (draft.read(basePath(path)) !== null) draft.write(basePath(path), null, "as installed, for updates");
    if (text === null) continue;
    const why = reasonToKeep(text, { template, installed }, input);
    if (why === null) draft.write(path, null, input.item);
    else kept.push({ what: path, why });
  }
  return kept;
}

/** Whether a template is one of those that say how a database was made. */
export function isMigrationTemplate(template: string): boolean {
  return template.includes("/db/migrations/");
}

function reasonToKeep(
  text: string,
  { template, installed }: { template: string; installed: string },
  input: RemoveInput,
): string | null {
  if (isMigrationTemplate(template) && databaseStays(input)) {
    return `how ${input.database!.name} was made; --purge deletes it`;
  }
  const edited = ![sha256(text), sha256(text.replaceAll("\r\n", "\n"))].includes(installed);
  return edited && !input.force ? "you have edited it; --force deletes it" : null;
}
