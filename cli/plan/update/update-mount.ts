import { posix } from "node:path";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import type { InstalledItem } from "../../record/schema.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";
import type { Mount } from "../plan-part.js";
import { entrySpecifier, specifierIn } from "../specifiers.js";
import { mountLines, planMount } from "../steps/mount.js";

/**
 * Keeps the mount that is there, also one that a person has made. Where the router has another file or name now, the lines that were added go, and are made
 * again; where they don't stand there as they were added, a person has to.
 */
export function planMountUpdate(part: Part, project: Project, installed: InstalledItem, draft: Draft): Mount {
  const path = project.entry?.path;
  const patch = installed.patches.find((known) => known.path === path);
  const moved = routerMoved(part, installed, patch?.lines ?? []);
  if (path === undefined || !patch) {
    if (moved) draft.manual.push(byHand(part, path ?? null, project));
    return { lines: [], without: null };
  }
  const source = draft.read(path);
  if (!moved || source === null) return { lines: planMount(part, project, draft), without: null };
  const stripped = withoutLines(source, patch.lines);
  if (stripped === null && patch.lines.some((line) => names(source, line))) {
    draft.manual.push(byHand(part, path, project));
    return { lines: [], without: null };
  }
  if (stripped === null) return { lines: planMount(part, project, draft), without: null };
  draft.edit(path, stripped, `the router is ${part.item.mount?.file} now`);
  const without = { ...installed, patches: installed.patches.filter((known) => known !== patch) };
  const record = { version: 1, items: { ...project.record?.items, [part.item.name]: without } } as const;
  return { lines: planMount(part, { ...project, record }, draft), without };
}

/** Whether the import that was added can't be the one of this version. */
function routerMoved({ item }: Part, { files }: InstalledItem, lines: readonly string[]): boolean {
  const { mount } = item;
  if (!mount) return false;
  const known = Object.values(files).some(({ template }) => template.endsWith(`/${mount.file}`));
  return !known || (lines.length > 0 && !lines.join("\n").includes(mount.export));
}

/** Whether the source has the module that this line imports, in whatever line. */
function names(source: string, line: string): boolean {
  const specifier = specifierIn(line);
  return specifier !== null && source.includes(specifier);
}

function byHand({ item, selection }: Part, entry: string | null, project: Project) {
  const path = entry ?? posix.join(selection.sourceDir, "server.ts");
  const module = placeTemplate(item.mount?.file ?? "", selection);
  const name = item.mount?.export ?? "";
  return {
    path: entry ?? "the file that makes your Express app",
    place: "in place of the import and the mount that are there",
    reason: `the router of ${item.name} has moved, and its lines are not there as they were added`,
    lines: mountLines({
      importName: name,
      specifier: entrySpecifier(module, project, path),
      mount: `${selection.mount}`,
    }),
  };
}

/** The text without these whole lines, or null where one of them is missing or stands there twice. */
function withoutLines(source: string, lines: readonly string[]): string | null {
  let text = source;
  for (const line of lines) {
    const found = text.split("\n").filter((other) => other.trim() === line.trim());
    if (found.length !== 1) return null;
    text = text
      .split("\n")
      .filter((other) => other !== found[0])
      .join("\n");
  }
  return text;
}
