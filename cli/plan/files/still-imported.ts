import { moduleOf } from "../../project/entry/module-path.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { importsOf, withoutComments } from "../../project/sources/source-imports.js";
import { recordedPaths } from "../../record/recorded-paths.js";
import type { Draft } from "../draft.js";

/** A file that may not go, and the first one that stays and imports it. */
export interface StillImported extends SourceText {
  readonly by: string;
}

/** Those of the files that would leave which the staying ones import, and what those import in turn. */
export function stillImported(
  { staying, leaving }: { readonly staying: readonly SourceText[]; readonly leaving: readonly SourceText[] },
  { aliases }: Pick<Project, "aliases">,
): StillImported[] {
  const left = new Map(leaving.map(({ path, text }) => [path, text]));
  const paths = new Set([...staying, ...leaving].map(({ path }) => path));
  const found: StillImported[] = [];
  const queue = [...staying];
  for (let file = queue.pop(); file && left.size > 0; file = queue.pop()) {
    for (const path of importedBy(file, aliases, paths)) {
      const text = left.get(path);
      if (text === undefined) continue;
      left.delete(path);
      found.push({ path, text, by: file.path });
      queue.push({ path, text });
    }
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Puts back those of the files that would go which a recorded file that stays imports: it could not be loaded without them. */
export function putBackImported(going: readonly string[], project: Project, draft: Draft): StillImported[] {
  const recorded = [...recordedPaths(project.record)];
  const staying = recorded.flatMap((path) => {
    const text = draft.read(path);
    return text === null ? [] : [{ path, text }];
  });
  const leaving = going.map((path) => ({ path, text: draft.original(path) ?? "" }));
  const back = stillImported({ staying, leaving }, project);
  for (const { path, text } of back) draft.edit(path, text, "stays");
  return back;
}

function importedBy({ path, text }: SourceText, aliases: Project["aliases"], paths: ReadonlySet<string>): string[] {
  if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
  return importsOf(withoutComments(text)).flatMap((specifier) => moduleOf(path, specifier, aliases, paths) ?? []);
}
