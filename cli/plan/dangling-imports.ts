import { moduleOf } from "../project/module-path.js";
import type { SourceText } from "../project/source-files.js";
import { importsOf, withoutComments } from "../project/source-imports.js";
import type { Draft } from "./draft.js";
import type { ManualStep } from "./plan.js";
import type { RemoveInput } from "./remove-input.js";

/** The lines of the user's own files that import what is taken away. */
export function planDanglingImports(input: RemoveInput, draft: Draft): void {
  const { sources, installed, project } = input;
  const paths = new Set(sources.map(({ path }) => path));
  const gone = new Set(Object.keys(installed.files).filter((path) => paths.has(path) && draft.read(path) === null));
  const known = new Set(draft.manual.map(({ path }) => path));
  const patched = new Set(installed.patches.map(({ path }) => path));
  for (const { path, text } of sources) {
    if (installed.files[path] || known.has(path)) continue;
    const now = patched.has(path) ? (draft.read(path) ?? "") : text;
    const step = danglingIn({ path, text: now }, (specifier) => {
      const module = moduleOf(path, specifier, project.aliases, paths);
      return module !== null && gone.has(module) ? module : null;
    });
    if (step) draft.manual.push(step);
  }
}

function danglingIn({ path, text }: SourceText, goneModule: (specifier: string) => string | null): ManualStep | null {
  const code = withoutComments(text);
  const specifiers = importsOf(code).filter((specifier) => goneModule(specifier) !== null);
  if (specifiers.length === 0) return null;
  const lines = code
    .split(/\r?\n/)
    .flatMap((line, at) => (specifiers.some((one) => new RegExp(`["']${escaped(one)}["']`).test(line)) ? [at] : []));
  const modules = [...new Set(specifiers.map(goneModule))].join(", ");
  return {
    path,
    place: `line ${lines.map((at) => at + 1).join(", ")}`,
    reason: `it imports ${modules}, which ${modules.includes(",") ? "are" : "is"} taken away`,
    lines: lines.map((at) => text.split(/\r?\n/)[at]!.trim()),
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
