import type { InstalledItem, Project } from "../project/project.js";
import type { Draft } from "./draft.js";
import type { Part } from "./input.js";
import { planMount } from "./mount.js";

/** The patches of an item after an update: what stays recorded, and the lines that are new. */
export interface MountUpdate {
  readonly installed: InstalledItem;
  readonly lines: readonly string[];
}

/**
 * Keeps the mount that is there. Where the router has another file or name now, the lines that were added go, and are made
 * again; where they don't stand there as they were added, a person has to.
 */
export function planMountUpdate(part: Part, project: Project, installed: InstalledItem, draft: Draft): MountUpdate {
  const path = project.entry?.path;
  const patch = installed.patches.find((known) => known.path === path);
  const source = path === undefined ? null : draft.read(path);
  const stripped = patch && source !== null && routerMoved(part, installed) ? withoutLines(source, patch.lines) : null;
  if (path === undefined || stripped === null) return { installed, lines: planMount(part, project, draft) };
  draft.write(path, stripped, `the router is ${part.item.mount?.file} now`);
  const without = { ...installed, patches: installed.patches.filter((known) => known !== patch) };
  const record = { version: 1, items: { ...project.record?.items, [part.item.name]: without } } as const;
  return { installed: without, lines: planMount(part, { ...project, record }, draft) };
}

/** Whether the recorded import can't be the one of this version. */
function routerMoved({ item }: Part, { patches, files }: InstalledItem): boolean {
  if (!item.mount) return false;
  const lines = patches.flatMap((patch) => patch.lines).join("\n");
  const known = Object.values(files).some(({ template }) => template.endsWith(`/${item.mount?.file}`));
  return !known || !lines.includes(item.mount.export);
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
