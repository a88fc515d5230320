import { readRegistry } from "../../cli/registry/read-registry.js";
import type { RegistryItem } from "../../cli/registry/registry.js";
import type { Module } from "../../test/support/import-graph.js";
import { repo } from "../../test/support/template-tree.js";
import { readLandedTrees } from "./landed-trees.js";

/** Finds what only auth-basic can know: its name, modules, environment, choices, router and guard. */
export async function namesOfBasic(): Promise<RegExp> {
  const basic = readRegistry(repo).items.find(({ name }) => name === "auth-basic");
  if (!basic) throw new Error("registry.json has no item auth-basic");
  const { modules } = (await readLandedTrees()).base;
  const names = [
    ...namesOfItem(basic),
    ...modules.map(pathBelowSource),
    ...modules.flatMap(settingsOf),
    "protectedRoute",
  ];
  return new RegExp(`(?<![\\w-])(${names.map(escaped).join("|")})(?![\\w-])`);
}

function namesOfItem({ name, mount, choices }: RegistryItem): string[] {
  const values = Object.values(choices).flatMap((choice) => Object.entries(choice.values));
  const packages = values.flatMap(([, { dependencies = {} }]) => Object.keys(dependencies));
  return [name, ...(mount ? [mount.export] : []), ...values.map(([value]) => value), ...packages];
}

function pathBelowSource({ path }: Module): string {
  return path.replace(/^src\//, "");
}

/** Names of the environment that it reads, Node's own left aside. */
function settingsOf({ text }: Module): string[] {
  const quoted = [...text.matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g)].map(([, name = ""]) => name);
  return quoted.filter((name) => !/^(NODE|UV|SQLITE)_/.test(name));
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
