import type { Draft } from "./draft.js";
import { sha256 } from "./files.js";
import { basePath } from "./paths.js";
import type { KeptPart } from "./plan.js";
import type { RemoveInput } from "./remove-input.js";

/** Takes the item's files away. Returns those that stay, with the reason. */
export function planRemovedFiles(input: RemoveInput, draft: Draft): KeptPart[] {
  const kept: KeptPart[] = [];
  for (const [path, { sha256: installed }] of Object.entries(input.installed.files)) {
    const text = draft.read(path);
    if (draft.read(basePath(path)) !== null) draft.write(basePath(path), null, "as installed, for updates");
    if (text === null) continue;
    const edited = ![sha256(text), sha256(text.replaceAll("\r\n", "\n"))].includes(installed);
    if (edited && !input.force) kept.push({ what: path, why: "you have edited it; --force deletes it" });
    else draft.write(path, null, input.item);
  }
  return kept;
}
