import { exitCode } from "../errors.js";
import { findItem, readRegistry } from "../registry/read-registry.js";
import type { Choice, RegistryItem } from "../registry/registry.js";
import { readTemplates } from "../registry/templates.js";
import { jsonResult, result } from "../ui/output.js";
import type { Context } from "./context.js";

/** Shows one item: what it brings, and what there is to choose. Returns the exit code. */
export async function view(name: string, { flags, packageRoot }: Context): Promise<number> {
  const item = findItem(readRegistry(packageRoot), name);
  const files = await defaultFiles(item, packageRoot);
  if (flags.json) jsonResult({ ...item, files });
  else result(describe(item, files));
  return exitCode.done;
}

async function defaultFiles({ name, choices }: RegistryItem, packageRoot: string): Promise<string[]> {
  const defaults = Object.entries(choices).map(([choice, { default: value }]) => [choice, value]);
  const templates = await readTemplates(packageRoot, name, Object.fromEntries(defaults));
  return templates.map(({ path }) => path);
}

function describe(item: RegistryItem, files: readonly string[]): string {
  const { name, version, title, description, mount, dependencies, env, scripts } = item;
  return [
    `${name} ${version}  ${title}`,
    "",
    description,
    ...section(
      "Choices",
      Object.entries(item.choices).flatMap(([flag, choice]) => choiceLines(flag, choice)),
    ),
    ...section("Files", files),
    ...section("Mounted at", mount ? [`${mount.path} (${mount.export} of ${mount.file})`] : []),
    ...section(
      "Dependencies",
      Object.entries(dependencies).map(([name, { range }]) => `${name} ${range}`),
    ),
    ...section(
      "Keys in .env",
      env.map(({ name, comment }) => `${name}: ${comment}`),
    ),
    ...section("Scripts", Object.keys(scripts)),
  ].join("\n");
}

function choiceLines(flag: string, choice: Choice): string[] {
  return Object.entries(choice.values).map(([value, { description }]) => {
    const note = value === choice.default ? " (default)" : "";
    return `--${flag} ${value}${note}: ${description}`;
  });
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
