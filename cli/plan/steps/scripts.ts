import { isPlaceholderTest } from "../../edits/package-json.js";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import type { Part } from "../input.js";
import { buildOutput } from "./build-output.js";

/** The scripts that package.json gains, and the one that runs the tests that came along. */
export interface Scripts {
  readonly added: Readonly<Record<string, string>>;
  /** Those of ours that are another command now. */
  readonly changed: Readonly<Record<string, string>>;
  readonly test: string;
  readonly warnings: readonly string[];
}

/** The item's own scripts with the project's folders in them, and a test script where there is none. */
export function planScripts(part: Part, project: Project): Scripts {
  const { item } = part;
  const { scripts } = project.packageJson;
  const wanted = Object.entries(itemScripts(item, project));
  const testing = testScript(part, project);
  const installed = project.record?.items[item.name]?.scripts ?? {};
  const taken = wanted.filter(([name, command]) => scripts[name] && scripts[name] !== command && !installed[name]);
  return {
    added: Object.fromEntries([...wanted.filter(([name]) => !scripts[name]), ...Object.entries(testing.added)]),
    changed: {},
    test: testing.name,
    warnings: taken.map(
      ([name, command]) => `the script ${name} is yours and stays; ${item.name}'s would be: ${command}`,
    ),
  };
}

/** The item's scripts with the project's folders in them. */
export function itemScripts({ scripts }: Part["item"], project: Project): Record<string, string> {
  return Object.fromEntries(Object.entries(scripts).map(([name, command]) => [name, fillFolders(command, project)]));
}

/** The sources that the item's scripts run. */
export function scriptSources({ item, selection }: Part): string[] {
  const paths = Object.values(item.scripts).flatMap((script) => script.match(/\{src\}\S+\.ts\b/g) ?? []);
  return [...new Set(paths.map((path) => placeTemplate(path.replace("{src}", "src"), selection)))];
}

/** Beside another runner the tests get a script of their own, and those of each further item one more. */
function testScript({ item, selection, templates }: Part, { packageJson, testRunner }: Project) {
  const { scripts } = packageJson;
  const run = testRunner === "jest" ? "jest" : "vitest run";
  if (isPlaceholderTest(scripts["test"])) return { name: "test", added: { test: run } };
  if (/\b(vitest|jest)\b/.test(scripts["test"] ?? "")) return { name: "test", added: {} };
  const tests = templates.map(({ path }) => path).filter((path) => path.endsWith(".test.ts"));
  const own = [run, ...tests.map((path) => placeTemplate(path, selection))].join(" ");
  const there = scripts["auth:test"];
  if (tests.length === 0 || there === own) return { name: "auth:test", added: {} };
  const name = item.requires.length > 0 ? `${item.name}:test` : "auth:test";
  return { name, added: scripts[name] ? {} : { [name]: own } };
}

function fillFolders(command: string, project: Project): string {
  const filled = { src: project.sourceDir, out: buildOutput(project) };
  return command.replace(/\{(src|out)\}\//g, (_, name: "src" | "out") =>
    filled[name] === "." ? "" : `${filled[name]}/`,
  );
}
