import { hasListEntry, isInBuiltList } from "../../../edits/list-entry.js";
import { listEntry } from "../../../plan/steps/entries.js";
import { withoutComments } from "../../../project/sources/source-imports.js";
import type { Appended } from "../../../record/schema.js";
import type { Check, Checkup, Finding } from "../../checkup.js";

/** An installed item whose entry is not in the list that it was put into. */
export const lostEntry: Check = {
  name: "lost-entry",
  run: (checkup) =>
    Object.entries(checkup.record.items).flatMap(([item, { appends = [] }]) =>
      appends.filter((one) => isLost(one, checkup)).map((one) => finding(item, one, checkup)),
    ),
};

function isLost(one: Appended, { sources, project }: Checkup): boolean {
  const text = sources.find(({ path }) => path === one.file)?.text;
  if (text === undefined) return true;
  const wanted = listEntry(one, project);
  if (hasListEntry(text, wanted)) return false;
  // That no list names a migration is another check's finding.
  if (one.list === "migrations" && mentions(text, one.entry) === 0) return false;
  return !isInBuiltList(text, wanted);
}

function mentions(text: string, name: string): number {
  return (
    withoutComments(text).match(new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g"))?.length ?? 0
  );
}

/** Whether a list stands between a request and the user's data: without its entry, an item protects nothing, and nothing says so. */
function isGuard(list: string, { facts }: Checkup): boolean {
  return [...facts.values()].some(({ guards }) => guards?.lists?.includes(list));
}

function finding(item: string, one: Appended, checkup: Checkup): Finding {
  const { project, record } = checkup;
  const { path, specifier, list, entry } = listEntry(one, project);
  const isCompanion = record.items[item]?.comesWith !== undefined;
  const isGuarding = isGuard(list, checkup);
  return {
    level: isGuarding ? "unsafe" : "warning",
    file: path,
    line: null,
    what: `${entry} of ${item} is not in ${list}`,
    why: isGuarding ? `what ${item} guards is not guarded` : `that part of ${item} does nothing`,
    fix: `import { ${entry} } from "${specifier}" there and put it into the list${isCompanion ? "" : `, or "authwright remove ${item}"`}`,
  };
}
