import type { Project } from "../../project/project.js";
import type { InstalledItem } from "../../record/schema.js";
import type { Part } from "../input.js";
import { itemScripts, planScripts, type Scripts } from "../steps/scripts.js";

/** New scripts come; one that stands as it was installed changes; one that the user has changed or removed stays so. */
export function planScriptsUpdate(part: Part, project: Project, installed: InstalledItem): Scripts {
  const there = project.packageJson.scripts;
  const wanted = itemScripts(part.item, project);
  const fresh = planScripts(part, project);
  const added = Object.entries(fresh.added).filter(([name]) => !installed.scripts[name]);
  const changed: Record<string, string> = {};
  const warnings: string[] = [];
  for (const [name, command] of Object.entries(wanted)) {
    const before = installed.scripts[name];
    const now = there[name];
    if (now === command || (before === undefined && now === undefined)) continue;
    if (now !== undefined && now === before) changed[name] = command;
    else if (command !== before) warnings.push(stays(name, now, command, part.item.version));
  }
  for (const name of Object.keys(installed.scripts))
    if (!wanted[name] && !isForTests(name, part.item.name) && there[name])
      warnings.push(`${part.item.version} no longer brings the script ${name}: remove it if you don't use it`);
  return { added: Object.fromEntries(added), changed, test: fresh.test, warnings };
}

/** The script that runs the tests depends on the project, and is in no item. */
function isForTests(name: string, item: string): boolean {
  return ["test", "auth:test", `${item}:test`].includes(name);
}

function stays(name: string, now: string | undefined, command: string, version: string): string {
  const what = now === undefined ? "is gone and stays so" : "is yours and stays";
  return `the script ${name} ${what}; that of ${version} would be: ${command}`;
}
