import { readEntryFile } from "../../edits/entry/entry-file.js";
import { isMounted, namesOfRouter } from "../../edits/entry/existing-router.js";
import { dottedName, isCall } from "../../edits/entry/expression.js";
import { findApps } from "../../edits/entry/find-app.js";
import type { Step } from "../../edits/entry/step.js";
import { readSteps } from "../../edits/entry/steps.js";
import { walk } from "../../edits/syntax.js";
import { moduleOf } from "../../project/entry/module-path.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { importsOf, withoutComments } from "../../project/sources/source-imports.js";

/** A file that imports our router. */
export interface MountFile {
  readonly path: string;
  /** Whether the router is handed to a `use` there. */
  readonly mounted: boolean;
  readonly line: number | null;
  /** What the app does before the router is mounted, in the order in which it runs; empty where that can't be seen. */
  readonly earlier: readonly Step[];
}

/** The files that import the router's module, and what they do with it. */
export function mountFiles(
  module: string,
  mount: string,
  sources: readonly SourceText[],
  { aliases }: Pick<Project, "aliases">,
): MountFile[] {
  const paths = new Set(sources.map(({ path }) => path));
  return sources.flatMap((source) => {
    const imports = importsOf(withoutComments(source.text));
    const ours = imports.filter((specifier) => moduleOf(source.path, specifier, aliases, paths) === module);
    return ours.length > 0 ? [readMount(source, ours, mount)] : [];
  });
}

function readMount({ path, text }: SourceText, specifiers: readonly string[], mount: string): MountFile {
  try {
    const file = readEntryFile(text, path);
    const names = namesOfRouter(file, specifiers[0]!, specifiers);
    const line = lineOfMount(file.program, names);
    const steps = findApps(file).map((app) => readSteps(file, app, mount));
    const holds = ({ statement }: Step) =>
      line !== null && statement.loc!.start.line <= line && line <= statement.loc!.end.line;
    const own = steps.find((one) => one.some(holds)) ?? [];
    return { path, mounted: isMounted(file, names), line, earlier: own.slice(0, own.findIndex(holds)) };
  } catch {
    // What does not parse is the compiler's to report.
    return { path, mounted: true, line: null, earlier: [] };
  }
}

function lineOfMount(program: Parameters<typeof walk>[0], names: readonly string[]): number | null {
  let line: number | null = null;
  walk(program, (node) => {
    if (!isCall(node) || !dottedName(node.callee).endsWith(".use")) return;
    const isOurs = node.arguments.some((argument) => names.includes(dottedName(argument).replace(/\..*/, "")));
    if (isOurs) line ??= node.loc!.start.line;
  });
  return line;
}
