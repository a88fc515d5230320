import { posix } from "node:path";
import type { InstalledItem, Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";
import { entrySpecifier } from "../specifiers.js";
import { planMount } from "../steps/mount.js";

/** The patches of an item after an update: what stays recorded, and the lines that are new. */
export interface MountUpdate {
  readonly installed: InstalledItem;
  readonly lines: readonly string[];
}

/**
 * Keeps the mount that is there, also one that a person has made. Where the router has another file or name now, the lines that were added go, and are made
 * again; where they don't stand there as they were added, a person has to.
 */
export function planMountUpdate(part: Part, project: Project, installed: InstalledItem, draft: Draft): MountUpdate {
  const path = project.entry?.path;
  const patch = installed.patches.find((known) => known.path === path);
  const moved = routerMoved(part, installed, patch?.lines ?? []);
  if (path === undefined || !patch) {
    if (moved) draft.manual.push(byHand(part, path ?? null, project));
    return { installed, lines: [] };
  }
  const source = draft.read(path);
  if (!moved || source === null) return { installed, lines: planMount(part, project, draft) };
  const stripped = withoutLines(source, patch.lines);
  if (stripped === null && patch.lines.some((line) => source.includes(specifierIn(line)))) {
    draft.manual.push(byHand(part, path, project));
    return { installed, lines: [] };
  }
  if (stripped === null) return { installed, lines: planMount(part, project, draft) };
  draft.write(path, stripped, `the router is ${part.item.mount?.file} now`);
  const without = { ...installed, patches: installed.patches.filter((known) => known !== patch) };
  const record = { version: 1, items: { ...project.record?.items, [part.item.name]: without } } as const;
  return { installed: without, lines: planMount(part, { ...project, record }, draft) };
}

/** Whether the import that was added can't be the one of this version. */
function routerMoved({ item }: Part, { files }: InstalledItem, lines: readonly string[]): boolean {
  const { mount } = item;
  if (!mount) return false;
  const known = Object.values(files).some(({ template }) => template.endsWith(`/${mount.file}`));
  return !known || (lines.length > 0 && !lines.join("\n").includes(mount.export));
}

/** What the quotes of an import hold; of any other line, something that is nowhere. */
function specifierIn(line: string): string {
  return /(?:from |require\()["'](.+)["']/.exec(line)?.[1] ?? "\0";
}

function byHand({ item, selection }: Part, entry: string | null, project: Project) {
  const path = entry ?? posix.join(selection.sourceDir, "server.ts");
  const module = placeTemplate(item.mount?.file ?? "", selection);
  const name = item.mount?.export ?? "";
  return {
    path: entry ?? "the file that makes your Express app",
    place: "in place of the import and the mount that are there",
    reason: `the router of ${item.name} has moved, and its lines are not there as they were added`,
    lines: [
      `import { ${name} } from "${entrySpecifier(module, project, path)}";`,
      `app.use("${selection.mount}", ${name});`,
    ],
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
