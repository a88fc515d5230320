import type { Project } from "../../project/project.js";
import { lineEnding } from "../../text/line-ending.js";
import type { Draft } from "../draft.js";
import { renderedFiles } from "../files/rendered-files.js";
import type { Part } from "../input.js";
import type { Files } from "../plan-part.js";
import { addFile, dropFile, type FileUpdate, type UpdateWay, updateFile } from "./update-file.js";
import { findOrigins } from "./update-origins.js";

/** Brings every file of the item to the new version. */
export function planFilesUpdate(
  part: Part,
  {
    project,
    packages,
    way,
  }: { project: Project; packages: Readonly<Record<string, string>>; way: Omit<UpdateWay, "project"> },
  draft: Draft,
): Files {
  const how = { ...way, project };
  const recorded = project.record?.items[part.item.name]?.files ?? {};
  const texts = renderedFiles(part, project, packages);
  const { wanted, gone } = findOrigins(part, recorded, texts);
  const ending = usualEnding(Object.keys(recorded), draft);
  const updates: (readonly [string, Partial<FileUpdate>])[] = [
    ...gone.map((path) => [path, dropFile(path, recorded[path]!, how, draft)] as const),
    ...wanted.map(({ file, from }) => {
      const update =
        from === null ? addFile(file, { ...how, ending }, draft) : updateFile(file, from, recorded[from]!, how, draft);
      const stays = from !== null && ["refused", "taken"].includes(update.outcome?.what ?? "");
      return [stays ? from : file.path, update] as const;
    }),
  ];
  const known = updates.flatMap(([path, update]) => (update.recorded ? [[path, update.recorded] as const] : []));
  return {
    files: Object.fromEntries(known.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    outcomes: updates.flatMap(([, { outcome }]) => outcome ?? []),
    missing: updates.flatMap(([, { missing }]) => missing ?? []),
    unmerged: updates.flatMap(([, { unmerged }]) => unmerged ?? []),
  };
}

/** The line ending that most of the installed files have: a checkout on Windows may give them another than ours. */
function usualEnding(paths: readonly string[], draft: Draft): "\n" | "\r\n" {
  const texts = paths.flatMap((path) => draft.read(path) ?? []);
  const endings = texts.filter((text) => text.includes("\n")).map(lineEnding);
  return endings.filter((one) => one === "\r\n").length * 2 > endings.length ? "\r\n" : "\n";
}
