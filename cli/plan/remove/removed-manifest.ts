import { removeFromPackageJson } from "../../edits/package-json-removal.js";
import type { Replaced } from "../../record/schema.js";
import { parseObject } from "../../text/json.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { KeptPart } from "../plan.js";
import { others, type RemoveInput } from "./remove-input.js";
import { unusedPackages } from "./unused-packages.js";

type Entry = { readonly list: Replaced["list"]; readonly key: string };

const packageLists = ["dependencies", "devDependencies"] as const;

/** Takes scripts and dependencies out of package.json, and puts back what the item had replaced there. */
export function planRemovedManifest(input: RemoveInput, draft: Draft) {
  const scripts = scriptsToRemove(input);
  const dependencies = packagesToRemove(input, scripts.going, draft);
  const restored = replacedAsAdded(input);
  const isRestored = ({ list, key }: Entry) => restored.some((one) => one.list === list && one.key === key);
  const going = [...dependencies.going, ...scripts.going].filter((entry) => !isRestored(entry));
  const isKnown = ({ list, key }: Entry) => going.some((one) => one.list === list && one.key === key);
  const entries = [...going, ...moved(restored, input).filter((entry) => !isKnown(entry))];
  const emptied = input.installed.undo?.members["package.json"] ?? [];
  const edit = removeFromPackageJson(draft.read("package.json") ?? "{}", { entries, restored, emptied });
  const done = applyEdit(edit, { path: "package.json", why: "dependencies and scripts" }, draft);
  const names = (lists: readonly string[]) =>
    done === null ? [] : [...new Set(entries.filter(({ list }) => lists.includes(list)).map(({ key }) => key))];
  return {
    dependencies: names(packageLists),
    scripts: names(["scripts"]),
    moved: done !== null && restored.some(({ list }) => list !== "scripts"),
    kept: [...dependencies.kept.filter(({ what }) => !restored.some(({ key }) => key === what)), ...scripts.kept],
  };
}

/** A package that goes back to the list where it was is in the other one no more, whoever uses it. */
function moved(restored: readonly Replaced[], { project }: RemoveInput): Entry[] {
  const isPackage = ({ list }: Replaced) => list !== "scripts";
  return restored.filter(isPackage).flatMap(({ list, key }) => {
    const other = list === "dependencies" ? "devDependencies" : "dependencies";
    return project.packageJson[other][key] === undefined ? [] : [{ list: other, key } as const];
  });
}

function scriptsToRemove({ installed, project, item }: RemoveInput): { going: Entry[]; kept: KeptPart[] } {
  const there = Object.entries(installed.scripts).filter(([name]) => project.packageJson.scripts[name] !== undefined);
  const isOurs = ([name, text]: [string, string]) => project.packageJson.scripts[name] === text;
  return {
    going: there.filter(isOurs).map(([key]) => ({ list: "scripts", key })),
    kept: there
      .filter((script) => !isOurs(script))
      .map(([name]) => ({ what: `the script ${name}`, why: `it is not what ${item} wrote` })),
  };
}

function packagesToRemove(input: RemoveInput, scripts: readonly Entry[], draft: Draft) {
  const { installed, project, sources, configs } = input;
  const isShared = (key: string) => others(input).some((other) => packageLists.some((list) => other[list][key]));
  const added = packageLists.flatMap((list) =>
    Object.keys(installed[list])
      .filter((key) => project.packageJson[list][key] !== undefined && !wasThere(key, list, input) && !isShared(key))
      .map((key) => ({ list, key })),
  );
  const unused = unusedPackages(
    added.map(({ key }) => key),
    {
      sources: sources.filter(({ path }) => !isOurs(path, input, draft)),
      texts: [...configs.map(({ text }) => text), ...remainingTexts(input, scripts)],
    },
  );
  return {
    going: added.filter(({ key }) => unused.includes(key)),
    kept: added
      .filter(({ key }) => !unused.includes(key) && !key.startsWith("@types/"))
      .map(({ key }) => ({ what: key, why: "your project uses it" })),
  };
}

/** Raised inside its own list: it was the user's before. */
function wasThere(key: string, list: Replaced["list"], { installed }: RemoveInput): boolean {
  return installed.undo?.replaced.some((one) => one.key === key && one.list === list) ?? false;
}

function isOurs(path: string, { installed }: RemoveInput, draft: Draft): boolean {
  return installed.files[path] !== undefined && draft.read(path) === null;
}

/** Scripts and other members of package.json that stay. */
function remainingTexts({ project }: RemoveInput, scripts: readonly Entry[]): string[] {
  const gone = new Set(scripts.map(({ key }) => key));
  const { name: _, version: _version, description: _text, ...members } = parseObject(project.packageJson.text) ?? {};
  for (const list of [...packageLists, "scripts", "keywords"]) delete members[list];
  const left = Object.entries(project.packageJson.scripts).filter(([name]) => !gone.has(name));
  return [JSON.stringify(members), ...left.map(([, text]) => text)];
}

/** What was replaced and still says what the item wrote; a script or range that was changed since then is the user's. */
function replacedAsAdded(input: RemoveInput): Replaced[] {
  const { installed, project } = input;
  const { packageJson } = project;
  const needed = others(input).flatMap((other) => Object.keys({ ...other.dependencies, ...other.devDependencies }));
  return (installed.undo?.replaced ?? []).filter(({ list, key }) => {
    if (list === "scripts") return packageJson.scripts[key] === installed.scripts[key];
    if (needed.includes(key)) return false;
    const now = packageJson.dependencies[key] ?? packageJson.devDependencies[key];
    return now !== undefined && now === (installed.dependencies[key] ?? installed.devDependencies[key]);
  });
}
