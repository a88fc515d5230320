import { CliError } from "../errors.js";
import type { Part } from "../plan/input.js";
import type { Project } from "../project/project.js";
import { pickChoices } from "../registry/choices.js";
import { findItem } from "../registry/read-registry.js";
import type { Registry, RegistryItem } from "../registry/registry.js";
import { readTemplates } from "../registry/templates.js";
import { notice } from "../ui/output.js";

/** The installed items (or the one that is named), as this package brings them, where and with what they are installed. */
export async function installedParts(
  name: string | undefined,
  project: Project,
  { registry, packageRoot }: { registry: Registry; packageRoot: string },
): Promise<Part[]> {
  const installed = Object.keys(project.record?.items ?? {});
  if (installed.length === 0)
    throw new CliError("BadArgument", 'nothing is installed here: "authwright add auth-basic" comes first');
  const items = name === undefined ? known(installed, registry) : [findInstalled(name, installed, registry)];
  return Promise.all(items.map((item) => partOf(item, project, packageRoot)));
}

function known(installed: readonly string[], { items }: Registry): RegistryItem[] {
  const names = items.map(({ name }) => name);
  for (const name of installed.filter((other) => !names.includes(other)))
    notice(`${name} is installed, and this authwright does not know it: left as it is`);
  return items.filter(({ name }) => installed.includes(name));
}

function findInstalled(name: string, installed: readonly string[], registry: Registry): RegistryItem {
  const item = findItem(registry, name);
  if (installed.includes(name)) return item;
  throw new CliError("BadArgument", `${name} is not installed here: "authwright add ${name}" installs it`);
}

async function partOf(item: RegistryItem, project: Project, packageRoot: string): Promise<Part> {
  const { mount, sourceDir, testDir } = project.record!.items[item.name]!;
  const missing = item.requires.find((required) => !project.record?.items[required]);
  if (missing)
    throw new CliError(
      "BadArgument",
      `${item.name} ${item.version} needs ${missing}: "authwright add ${missing}" first`,
    );
  const choices = pickChoices(item, {}, project);
  const templates = await readTemplates(packageRoot, item.name, choices);
  return { item, selection: { item: item.name, choices, mount, sourceDir, testDir }, templates };
}
