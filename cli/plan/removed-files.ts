import { onlyReformatted } from "../merge/same-meaning.js";
import type { Draft } from "./draft.js";
import { hasHash } from "./installed-text.js";
import { basePath } from "./paths.js";
import type { KeptPart } from "./plan.js";
import type { RemoveInput } from "./remove-input.js";

/** Takes the item's files away. Returns those that stay, with the reason. */
export function planRemovedFiles(input: RemoveInput, draft: Draft): KeptPart[] {
  const kept: KeptPart[] = [];
  for (const [path, { sha256: installed }] of Object.entries(input.installed.files)) {
    const [text, base] = [draft.read(path), draft.read(basePath(path))];
    if (base !== null) draft.write(basePath(path), null, "as installed, for updates");
    if (text === null) continue;
    if (isEdited(text, { path, installed, base }) && !input.force)
      kept.push({ what: path, why: "you have edited it; --force deletes it" });
    else draft.write(path, null, input.item);
  }
  return kept;
}

/** The layout that a formatter has given to a file is no edit. */
function isEdited(
  text: string,
  { path, installed, base }: { path: string; installed: string; base: string | null },
): boolean {
  if (hasHash(text, installed)) return false;
  return base === null || !hasHash(base, installed) || !onlyReformatted(text, base, path);
}
