import { posix } from "node:path";
import { findMountConflict, mountRouter } from "../../edits/entry.js";
import { CliError } from "../../errors.js";
import type { Project } from "../../project/project.js";
import { placeTemplate } from "../../record/paths.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";
import { entrySpecifier, otherSpecifiers, relativeSpecifier } from "../specifiers.js";

/** Mounts the item's router in the entry file. Returns the lines added there. */
export function planMount({ item, selection }: Part, project: Project, draft: Draft): readonly string[] {
  if (!item.mount || selection.mount === null) return [];
  const { entry } = project;
  const module = placeTemplate(item.mount.file, selection);
  const names = { importName: item.mount.export, mount: selection.mount };
  if (!entry) {
    const specifier = relativeSpecifier(posix.join(selection.sourceDir, "server.ts"), module, project);
    draft.manual.push(mountByHand({ ...names, specifier }));
    return [];
  }

  const source = draft.read(entry.path) ?? "";
  const specifier = entrySpecifier(module, project, entry.path);
  const sameModule = otherSpecifiers(entry.path, module, project);
  const options = { ...names, path: entry.path, specifier, sameModule };
  const edit = mountRouter(source, options);
  if (edit.kind === "applied" && isRecorded(project, item.name, entry.path)) {
    draft.warnings.push(`${entry.path} no longer mounts ${names.importName}: left as it is`);
    return [];
  }
  const conflict = edit.kind === "already" ? null : findMountConflict(source, options);
  if (conflict) throw new CliError("Collision", `${entry.path}: ${conflict}`);
  return applyEdit(edit, { path: entry.path, why: `mounts ${names.importName} at ${names.mount}` }, draft) ?? [];
}

/** Until a person has done it, every other step ends in a 404. */
export function mountSteps(parts: readonly Part[], { manual }: Draft): string[] {
  return parts.flatMap(({ item: { mount }, selection }) => {
    const isMount = (line: string) => mount && line.includes(`${mount.export})`) && line.includes(`${selection.mount}`);
    const left = manual.find(({ lines }) => lines.some(isMount));
    return left ? [`Not mounted yet: put the lines above into ${left.path}, or ${selection.mount} answers 404`] : [];
  });
}

function isRecorded({ record }: Project, item: string, path: string): boolean {
  return record?.items[item]?.patches.some((patch) => patch.path === path) ?? false;
}

interface Mounting {
  readonly importName: string;
  readonly specifier: string;
  readonly mount: string;
}

/** The lines that a person puts into the entry file. */
export function mountLines({ importName, specifier, mount }: Mounting): string[] {
  return [`import { ${importName} } from "${specifier}";`, `app.use("${mount}", ${importName});`];
}

function mountByHand(mounting: Mounting) {
  return {
    path: "the file that makes your Express app",
    place: "after your own middleware, before any 404 or error handler",
    reason: "no file that calls express() was found; --entry FILE names it",
    lines: mountLines(mounting),
  };
}
