import { CliError } from "../errors.js";
import type { InstallRecord } from "../record/schema.js";
import { parseSource } from "../registry/catalogue/source.js";
import type { Companion, RegistryItem } from "../registry/registry.js";
import { dueCompanions } from "../selection/companions.js";

/**
 * The companions that are due in a project and not there. A second catalogue is asked where it is a folder of this machine;
 * one that is gone is no finding: `update` says so.
 */
export async function missingCompanions(
  root: string,
  { items: installed }: InstallRecord,
  own: readonly RegistryItem[],
): Promise<Companion[]> {
  const sources = new Set(Object.values(installed).flatMap(({ registry }) => registry?.source ?? []));
  const seconds = await Promise.all([...sources].map((source) => itemsOf(source, root, own)));
  const all = [...own, ...seconds.flat()];
  return dueCompanions(all, Object.keys(installed));
}

async function itemsOf(written: string, root: string, own: readonly RegistryItem[]): Promise<readonly RegistryItem[]> {
  try {
    const source = parseSource(written, root);
    if (source.kind === "url") return [];
    const { openCatalogue } = await import("../registry/catalogue/catalogue.js");
    return (await openCatalogue(source, own)).registry.items;
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}
