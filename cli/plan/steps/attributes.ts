import { attributesPath } from "../../record/paths.js";
import type { Draft } from "../draft.js";
import type { KeptPart } from "../plan.js";

/**
 * Hosts fold the kept texts away in a pull request, and a checkout keeps their line endings: another ending would read as
 * a change of them. No `-diff`: a patch would lose the texts.
 */
export const attributes = "* linguist-generated gitlab-generated text eol=lf\n";

/** Writes it beside the kept texts; what the user has made of it stays. */
export function planAttributes(draft: Draft): void {
  if (draft.read(attributesPath) !== null) return;
  draft.write(attributesPath, attributes, "folds the kept texts away in a pull request");
}

/** Takes it away with the last item. Returns it where it stays. */
export function planRemovedAttributes(draft: Draft): KeptPart[] {
  const text = draft.read(attributesPath);
  if (text === null) return [];
  if (text.replaceAll("\r\n", "\n") !== attributes) return [{ what: attributesPath, why: "you have edited it" }];
  draft.write(attributesPath, null, "no kept texts any more");
  return [];
}
