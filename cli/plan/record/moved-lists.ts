import type { InstalledItem, InstallRecord } from "../../record/schema.js";
import type { FileOutcome } from "../plan.js";

/** The entries of other items stand where the new version has their lists. */
export function withMovedLists(record: InstallRecord, outcomes: readonly FileOutcome[]): InstallRecord {
  const moved = outcomes.filter(({ what, movedFrom }) => movedFrom && !["taken", "refused"].includes(what));
  if (moved.length === 0) return record;
  const places = new Map(moved.map(({ path, movedFrom }) => [movedFrom, path]));
  const items = Object.entries(record.items).map(([name, item]): [string, InstalledItem] => {
    const appends = item.appends?.map((one) => ({ ...one, file: places.get(one.file) ?? one.file }));
    return [name, { ...item, ...(appends && { appends }) }];
  });
  return { ...record, items: Object.fromEntries(items) };
}
