import { posix } from "node:path";
import type { InstalledItem, InstallRecord } from "../../record/schema.js";
import type { Plan } from "../plan.js";
import { withRecord } from "./with-record.js";

/** The folders of a plan's new files, and those around them. */
export function foldersOf({ changes }: Pick<Plan, "changes">): string[] {
  const created = changes.filter(({ kind }) => kind === "create").map(({ path }) => path);
  return [...new Set(created.flatMap(foldersAbove))];
}

/** The plan with the folders that it makes in its record: when an item goes, those of the user's stay, empty or not. */
export function withMadeFolders<P extends Plan>(plan: P, there: ReadonlySet<string>): P {
  const fresh = plan.changes.filter(({ kind }) => kind === "create").map(({ path }) => path);
  const items = Object.entries(plan.record.items).map(([name, item]): [string, InstalledItem] => {
    const own = fresh.filter((path) => item.files[path]);
    const made = [...new Set(own.flatMap(foldersAbove))]
      .filter((folder) => !there.has(folder))
      .map((folder) => `${folder}/`);
    const { created = [], ...undo } = item.undo ?? { glue: {}, members: {}, replaced: [], env: {} };
    return made.length === 0
      ? [name, item]
      : [name, { ...item, undo: { ...undo, created: [...new Set([...created, ...made])] } }];
  });
  return withRecord(plan, { ...plan.record, items: Object.fromEntries(items) });
}

/** The folders that items have made; null where no record says it, as in those of the first days. */
export function madeFolders({ items }: InstallRecord): string[] | null {
  const created = Object.values(items).flatMap(({ undo }) => undo?.created ?? []);
  const folders = created.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1));
  return folders.length > 0 ? folders : null;
}

function foldersAbove(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === "." ? [] : [...foldersAbove(folder), folder];
}
