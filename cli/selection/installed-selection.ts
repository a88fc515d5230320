import type { Selection } from "../plan/plan.js";
import type { InstalledItem } from "../record/schema.js";

/** What was chosen when an item was installed, as the record says it. */
export function installedSelection(item: string, installed: InstalledItem): Selection {
  const { choices, mount, sourceDir, testDir, testEnding } = installed;
  return { item, choices, mount, sourceDir, testDir, ...(testEnding && { testEnding }) };
}
