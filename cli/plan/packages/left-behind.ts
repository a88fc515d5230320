import type { Project } from "../../project/project.js";
import type { InstalledItem } from "../../record/schema.js";
import { chosenParts } from "../../registry/choices.js";
import type { RegistryItem } from "../../registry/registry.js";
import type { Part } from "../input.js";

/** Dependencies that only the choice or version before this one needed: the user may use them too, so they stay. */
export function leftBehind({ item, selection }: Part, { record, packageJson }: Project): string[] {
  const before = record?.items[item.name];
  if (!before) return [];
  const needed = packagesOf(item, selection.choices);
  const there = { ...packageJson.dependencies, ...packageJson.devDependencies };
  const left = neededBefore(item, before).filter((name) => there[name] && !needed.some((one) => isOf(name, one)));
  return left.map((name) => `${item.name} no longer needs ${name}: remove it if you don't use it`);
}

/** Of this version what its other choice needs, and of an earlier one what it has added. */
function neededBefore(item: RegistryItem, before: InstalledItem): string[] {
  if (before.version === item.version) return packagesOf(item, before.choices);
  return Object.keys({ ...before.dependencies, ...before.devDependencies });
}

function packagesOf(item: RegistryItem, choices: InstalledItem["choices"]): string[] {
  const { dependencies, devDependencies } = chosenParts(item, choices);
  return Object.keys({ ...dependencies, ...devDependencies });
}

/** The package itself, or the second copy of it: zod-4 of zod, drizzle-orm-0.36 of drizzle-orm. */
function isOf(name: string, wanted: string): boolean {
  return name === wanted || (name.startsWith(`${wanted}-`) && /^\d+(\.\d+)?$/.test(name.slice(wanted.length + 1)));
}
