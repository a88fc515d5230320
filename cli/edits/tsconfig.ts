import type { Edit } from "./edit.js";
import { editJson, type JsonText, memberOf, readCommented } from "./json-edit.js";
import { insertItem } from "./json-splice.js";

export interface BuildExclusion {
  /** What the build must leave out: a file or folder, relative to the tsconfig, e.g. "test/auth.test.ts". */
  readonly path: string;
  /** What applies while the file has no `exclude`: `defaultExcludes()`, or what an `extends` hands down. */
  readonly defaults: readonly string[];
}

type Value = Record<string, unknown>;

/** What TypeScript leaves out when a tsconfig has no `exclude`; writing one replaces these. */
export function defaultExcludes(outDir?: string): readonly string[] {
  return ["node_modules", "bower_components", "jspm_packages", ...(outDir === undefined ? [] : [outDir])];
}

/** Adds a path to the `exclude` of a tsconfig; comments, layout and line endings stay. */
export function excludeFromBuild(text: string, { path, defaults }: BuildExclusion): Edit {
  return editJson<Value>(text, {
    read: readTsconfig,
    splice: (before) => {
      const current = before.value["exclude"];
      if (current !== undefined && !isStrings(current)) return `"exclude" is not a list of strings`;
      if (current?.some((pattern) => covers(pattern, path))) return null;
      const exclude = [...(current ?? defaults), path];
      const after = current === undefined ? addExclude(before, exclude) : appendPath(before, "exclude", path);
      return { text: after, value: { ...before.value, exclude }, added: current === undefined ? exclude : [path] };
    },
    refuse: (reason) => cannot(reason, path, "exclude"),
  });
}

/** Adds a path to the `include` of a tsconfig, or to its `files` where it has only that; comments and layout stay. */
export function includeInBuild(text: string, path: string): Edit {
  return editJson<Value>(text, {
    read: readTsconfig,
    splice: (before) => {
      const name = compiledList(before);
      const current = before.value[name];
      if (!isStrings(current)) return `it has no list of its own of what it compiles`;
      if (current.some((pattern) => covers(pattern, path))) return null;
      const value = { ...before.value, [name]: [...current, path] };
      return { text: appendPath(before, name, path), value, added: [path] };
    },
    refuse: (reason, before) => cannot(reason, path, before ? compiledList(before) : "include"),
  });
}

/** Sets an option that `compilerOptions` does not name; comments, layout and line endings stay. */
export function addCompilerOption(text: string, name: string, value: boolean): Edit {
  const line = `${JSON.stringify(name)}: ${value}`;
  return editJson<Value>(text, {
    read: readTsconfig,
    splice: (before) => {
      const options = before.value["compilerOptions"] ?? {};
      if (typeof options !== "object") return `"compilerOptions" is not an object`;
      if (name in options) return null;
      const compilerOptions = { ...options, [name]: value };
      return { text: insertOption(before, line), value: { ...before.value, compilerOptions }, added: [line] };
    },
    refuse: (reason) => ({ kind: "cannot", reason, place: `in "compilerOptions"`, paste: [line] }),
  });
}

/** A tsconfig with its places, or why it can't be edited. */
export function readTsconfig<Of extends Value>(text: string): JsonText<Of> | string {
  return readCommented<Of>(text, "it is not a valid tsconfig");
}

/** The list that says what is compiled. */
function compiledList({ value }: JsonText<Value>): "include" | "files" {
  return value["include"] === undefined && isStrings(value["files"]) ? "files" : "include";
}

function insertOption({ text, root }: JsonText<Value>, line: string): string {
  const options = memberOf(root, "compilerOptions");
  if (options) return insertItem(text, options, options.children?.length ?? 0, line);
  return insertItem(text, root, root.children?.length ?? 0, `"compilerOptions": { ${line} }`);
}

function addExclude({ text, root }: JsonText<Value>, wanted: readonly string[]): string {
  const list = wanted.map((entry) => JSON.stringify(entry)).join(", ");
  return insertItem(text, root, root.children?.length ?? 0, `"exclude": [${list}]`);
}

function appendPath({ text, root }: JsonText<Value>, name: string, path: string): string {
  const list = memberOf(root, name)!;
  return insertItem(text, list, list.children?.length ?? 0, JSON.stringify(path));
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

function cannot(reason: string, path: string, list: string): Edit {
  return { kind: "cannot", reason, place: `in the list "${list}"`, paste: [JSON.stringify(path)] };
}
