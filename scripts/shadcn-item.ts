import { relativeSpecifier } from "../cli/plan/specifiers.js";
import { chosenParts } from "../cli/registry/choices.js";
import type { Dependency, RegistryItem } from "../cli/registry/registry.js";
import type { TemplateFile } from "../cli/registry/templates.js";
import { broughtBy } from "../cli/selection/brought.js";

/** An item with one value of each choice, as `npx shadcn add` takes it: files, packages, names of keys, and what is left to do. */
export function shadcnItem(
  item: RegistryItem,
  choices: Readonly<Record<string, string>>,
  templates: readonly TemplateFile[],
) {
  const { dependencies, devDependencies, env } = chosenParts(item, choices);
  return {
    $schema: "https://ui.shadcn.com/schema/registry-item.json",
    name: item.name,
    type: "registry:item",
    title: item.title,
    description: item.description,
    dependencies: packages(dependencies),
    devDependencies: packages(devDependencies),
    files: templates.map(({ path, template, text }) => ({
      path: `templates/${template}`,
      type: "registry:file",
      // Below the root of the project, whatever components.json says.
      target: `~/${path}`,
      content: text,
    })),
    envVars: Object.fromEntries(env.map(({ name }) => [name, ""])),
    docs: leftToDo(item, choices).join("\n"),
    meta: { version: item.version, choices },
  };
}

/** The tests run in vitest there. */
function packages(wanted: Readonly<Record<string, Dependency>>): string[] {
  const some = Object.entries(wanted).filter(([, { runner }]) => runner !== "jest");
  return some.map(([name, { range }]) => `${name}@${range}`);
}

function leftToDo(item: RegistryItem, choices: Readonly<Record<string, string>>): string[] {
  const { mount, requires, scripts, appends = [] } = item;
  const { env } = chosenParts(item, choices);
  const specifier = mount?.file.replace(/^src\//, "./").replace(/\.ts$/, ".js");
  const commands = Object.entries(scripts).map(
    ([name, command]) => `  "${name}": "${command.replaceAll("{src}", "src").replaceAll("{out}", "dist")}"`,
  );
  return [
    ...(requires.length > 0 ? [`It needs ${requires.join(", ")}: add that first.`] : []),
    ...broughtBy(item, choices).map((name) => `It relies on ${name} as it is chosen: add that after it.`),
    ...appends.flatMap((one) => [
      `In ${one.file}, at the end of the list ${one.list}, add the entry ${one.entry}, and import it:`,
      `  import { ${one.entry} } from "${relativeSpecifier(one.file, one.from, esm)}";`,
    ]),
    ...(mount ? ["Mount it after your own middleware, before any 404 or error handler:"] : []),
    ...(mount
      ? [`  import { ${mount.export} } from "${specifier}";`, `  app.use("${mount.path}", ${mount.export});`]
      : []),
    ...(env.length > 0
      ? [
          "Give each key a value in .env (not in .env.local, where shadcn names them if there is no .env), and keep it out of git:",
        ]
      : []),
    ...env.map(({ name, value, comment }) => `  ${name}: ${comment}${value === "secret" ? ` (${random})` : ""}`),
    ...(commands.length > 0 ? ["Scripts for package.json:", ...commands] : []),
    `npx authwright add ${item.name} does all of this by itself, and can update it later.`,
  ];
}

const esm = { modules: { format: "esm", extension: ".js" } } as const;

const random = "openssl rand -base64 32 makes one";
