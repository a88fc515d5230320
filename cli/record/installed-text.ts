import { withMark } from "../text/byte-order-mark.js";
import { joinLines, splitLines } from "../text/text-lines.js";
import type { InstalledItem } from "./schema.js";
import { sha256 } from "./sha256.js";

/** What is known of how a file was installed. */
export interface InstalledText {
  /** Null where nothing says it any more. */
  readonly text: string | null;
  /** What is wrong with the kept text, in words; null where it is whole. */
  readonly damage: string | null;
}

type Recorded = InstalledItem["files"][string];

/** Whether a text is the one with that hash. A checkout may have changed its line endings, and its byte order mark is not read along. */
export function hasHash(text: string, hash: string): boolean {
  const forms = [() => text, () => joinLines(splitLines(text).lines), () => withMark(text)];
  return forms.some((form) => sha256(form()) === hash);
}

/** The text of a file as it was installed: the kept one, else any other that has the recorded hash. */
export function installedText(
  { sha256: hash }: Recorded,
  kept: string | null,
  others: readonly (string | null)[],
): InstalledText {
  if (kept !== null && hasHash(kept, hash)) return { text: kept, damage: null };
  const damage = kept === null ? "is missing" : "was changed";
  return { text: others.find((text) => text !== null && hasHash(text, hash)) ?? null, damage };
}
