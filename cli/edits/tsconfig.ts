import { isDeepStrictEqual } from "node:util";
import { type Node, type ParseError, parse, parseTree } from "jsonc-parser";
import type { Edit } from "./edit.js";
import { insertItem } from "./json-splice.js";

export interface BuildExclusion {
  /** What the build must leave out: a file or folder, relative to the tsconfig, e.g. "test/auth.test.ts". */
  readonly path: string;
  /** What applies while the file has no `exclude`: `defaultExcludes()`, or what an `extends` hands down. */
  readonly defaults: readonly string[];
}

const bom = "\uFEFF";

/** What TypeScript leaves out when a tsconfig has no `exclude`; writing one replaces these. */
export function defaultExcludes(outDir?: string): readonly string[] {
  return ["node_modules", "bower_components", "jspm_packages", ...(outDir === undefined ? [] : [outDir])];
}

/** Adds a path to the `exclude` of a tsconfig; comments, layout and line endings stay. */
export function excludeFromBuild(text: string, { path, defaults }: BuildExclusion): Edit {
  const start = text.startsWith(bom) ? bom : "";
  const body = text.slice(start.length);
  const before = readObject(body);
  if (before === null) return cannot("it is not a valid tsconfig", path);
  const current = before.value["exclude"];
  if (current !== undefined && !isStrings(current)) return cannot(`"exclude" is not a list of strings`, path);
  if (current?.some((pattern) => covers(pattern, path))) return { kind: "already" };

  const wanted = [...(current ?? defaults), path];
  const after =
    current === undefined ? addExclude(body, before.root, wanted) : appendPath(body, before.root, "exclude", path);
  const read = readObject(after)?.value;
  if (!isDeepStrictEqual(read, { ...before.value, exclude: wanted }))
    return cannot("its layout is too unusual to edit", path);
  return { kind: "applied", text: start + after, added: current === undefined ? wanted : [path] };
}

/** Adds a path to the `include` of a tsconfig, or to its `files` where it has only that; comments and layout stay. */
export function includeInBuild(text: string, path: string): Edit {
  const start = text.startsWith(bom) ? bom : "";
  const body = text.slice(start.length);
  const before = readObject(body);
  if (before === null) return cannot("it is not a valid tsconfig", path, "include");
  const name = before.value["include"] === undefined ? "files" : "include";
  const current = before.value[name];
  if (!isStrings(current)) return cannot(`it has no list of its own of what it compiles`, path, "include");
  if (current.some((pattern) => covers(pattern, path))) return { kind: "already" };
  const after = appendPath(body, before.root, name, path);
  if (!isDeepStrictEqual(readObject(after)?.value, { ...before.value, [name]: [...current, path] }))
    return cannot("its layout is too unusual to edit", path, name);
  return { kind: "applied", text: start + after, added: [path] };
}

/** Sets an option that `compilerOptions` does not name; comments, layout and line endings stay. */
export function addCompilerOption(text: string, name: string, value: boolean): Edit {
  const start = text.startsWith(bom) ? bom : "";
  const body = text.slice(start.length);
  const line = `${JSON.stringify(name)}: ${value}`;
  const refuse = (reason: string): Edit => ({ kind: "cannot", reason, place: `in "compilerOptions"`, paste: [line] });
  const before = readObject(body);
  if (before === null) return refuse("it is not a valid tsconfig");
  const options = before.value["compilerOptions"] ?? {};
  if (typeof options !== "object") return refuse(`"compilerOptions" is not an object`);
  if (name in options) return { kind: "already" };
  const after = insertOption(body, before.root, line);
  const wanted = { ...before.value, compilerOptions: { ...options, [name]: value } };
  if (!isDeepStrictEqual(readObject(after)?.value, wanted)) return refuse("its layout is too unusual to edit");
  return { kind: "applied", text: start + after, added: [line] };
}

function insertOption(text: string, root: Node, line: string): string {
  const property = root.children?.find(({ children }) => children?.[0]?.value === "compilerOptions");
  const options = property?.children?.[1];
  if (options) return insertItem(text, options, options.children?.length ?? 0, line);
  return insertItem(text, root, root.children?.length ?? 0, `"compilerOptions": { ${line} }`);
}

function addExclude(text: string, root: Node, wanted: readonly string[]): string {
  const list = wanted.map((entry) => JSON.stringify(entry)).join(", ");
  return insertItem(text, root, root.children?.length ?? 0, `"exclude": [${list}]`);
}

function appendPath(text: string, root: Node, name: string, path: string): string {
  const member = root.children?.find((property) => property.children?.[0]?.value === name);
  const list = member!.children![1]!;
  return insertItem(text, list, list.children?.length ?? 0, JSON.stringify(path));
}

function readObject(text: string): { root: Node; value: Record<string, unknown> } | null {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (root?.type !== "object" || errors.length > 0) return null;
  return { root, value: parse(text, [], { allowTrailingComma: true }) as Record<string, unknown> };
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

/** TypeScript's own rule: `*` and `?` stay inside a folder, `**` crosses them, and a folder takes all that is below it. */
function covers(pattern: string, path: string): boolean {
  const clean = (text: string) => text.replace(/^\.\//, "").replace(/\/(\*\*(\/\*)?)?$/, "");
  const source = clean(pattern).replace(/\*\*\/|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${source}(?:$|/)`).test(clean(path));
}

function cannot(reason: string, path: string, list = "exclude"): Edit {
  return { kind: "cannot", reason, place: `in the list "${list}"`, paste: [JSON.stringify(path)] };
}
