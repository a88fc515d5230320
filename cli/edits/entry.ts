import type { Edit } from "./edit.js";
import { type EntryFile, readEntryFile } from "./entry/entry-file.js";
import { isMounted, namesOfRouter } from "./entry/existing-router.js";
import { type App, findApps, makesApp } from "./entry/find-app.js";
import { findImportPlace } from "./entry/import-place.js";
import type { MountOptions } from "./entry/mount-options.js";
import { chooseMountPlace, type MountPlace } from "./entry/mount-place.js";
import { mountedApps } from "./entry/mounted-apps.js";
import { type Insertion, lineAfter, lineBefore, statementText } from "./entry/splice-line.js";
import { readSteps } from "./entry/steps.js";
import { syntaxProblem, walk } from "./syntax.js";

export { findMountConflict } from "./entry/mount-conflict.js";

/** Adds the import and the mount of a router to the file that makes the Express app: two lines, or none. */
export function mountRouter(text: string, options: MountOptions): Edit {
  let file: EntryFile;
  try {
    file = readEntryFile(text, options.path);
  } catch (error) {
    return cannot(syntaxProblem(error), text, options);
  }
  const names = namesOfRouter(file, options.specifier, options.sameModule);
  if (isMounted(file, names)) return { kind: "already" };
  const app = chooseApp(file);
  if (typeof app === "string") return cannot(app, text, options);
  const place = chooseMountPlace(readSteps(file, app, options.mount));
  if (place.kind === "cannot") return cannot(place.reason, text, options, app.name);
  return insertLines(file, place, names[0] ?? null, options);
}

/** The one app of the file, or why there is none: apps that are mounted on another don't count. */
function chooseApp(file: EntryFile): App | string {
  const apps = findApps(file);
  const [first, ...others] = apps;
  if (first === undefined)
    return makesApp(file)
      ? "what express() makes here is kept in no variable and no this.x"
      : "no Express app is made in this file";
  if (others.length === 0) return first;
  const mounted = mountedApps(file, apps);
  const roots = apps.filter((app) => !mounted.has(app.name));
  return roots.length === 1 ? roots[0]! : severalApps(roots.length > 0 ? roots : apps);
}

function severalApps(apps: readonly App[]): string {
  const named = apps.map(({ name, line }) => `${name} on line ${line}`).join(" and ");
  const what = apps.every(({ creation }) => creation === null) ? "is handed to functions of" : "is made in";
  return `more than one Express app ${what} this file (${named})`;
}

function insertLines(
  file: EntryFile,
  place: Exclude<MountPlace, { kind: "cannot" }>,
  importedAs: string | null,
  options: MountOptions,
): Edit {
  const { text } = file;
  const { statement, app } = place.step;
  const importPlace = findImportPlace(file, statement.start!);
  if (importPlace === null) return cannot("it has no import to stand beside", text, options, app);

  const lines = linesFor(file, { ...options, app, name: importedAs ?? options.importName, style: importPlace.style });
  const semicolon = statementText(text, statement).endsWith(";") || statement.type === "IfStatement";
  const mountLine = semicolon && !lines.mount.endsWith(";") ? `${lines.mount};` : lines.mount;
  const mount = (place.kind === "after" ? lineAfter : lineBefore)(text, statement, mountLine);
  const imported = importedAs === null ? lineAfter(text, importPlace.after, lines.import) : undefined;
  if (mount === null || imported === null) return cannot("several statements share a line there", text, options, app);

  const insertions = imported === undefined ? [mount] : [imported, mount];
  const after = insert(text, insertions);
  if (!isStatementOf(after, mount.line, options.path))
    return cannot("the lines would run into their neighbours", text, options, app);
  const note = place.note === undefined ? {} : { note: place.note };
  return { kind: "applied", text: after, added: insertions.map(({ line }) => line), ...note };
}

function insert(text: string, insertions: readonly Insertion[]): string {
  return [...insertions]
    .sort((a, b) => b.offset - a.offset)
    .reduce((result, { offset, text: line }) => result.slice(0, offset) + line + result.slice(offset), text);
}

/** Parses the result: without semicolons, two lines can become one statement. */
function isStatementOf(text: string, line: string, path: string): boolean {
  let found = false;
  try {
    walk(readEntryFile(text, path).program, (node) => {
      if (node.type === "ExpressionStatement" && statementText(text, node) === line.trim()) found = true;
    });
  } catch {
    return false;
  }
  return found;
}

interface LineOptions extends MountOptions {
  readonly app: string;
  readonly name: string;
  readonly style: "import" | "require";
}

function linesFor({ text }: Pick<EntryFile, "text">, options: LineOptions): { import: string; mount: string } {
  const quote =
    count(text, /(?:from|import|require\()\s*'/g) > count(text, /(?:from|import|require\()\s*"/g) ? "'" : '"';
  const end = count(text, /;[ \t]*(\/\/.*)?\r?$/gm) * 2 >= count(text, /[)\w'"`\]];?[ \t]*\r?$/gm) ? ";" : "";
  const specifier = quote + options.specifier + quote;
  const imported =
    options.style === "import"
      ? `import { ${options.importName} } from ${specifier}${end}`
      : `const { ${options.importName} } = require(${specifier})${end}`;
  return { import: imported, mount: `${options.app}.use(${quote}${options.mount}${quote}, ${options.name})${end}` };
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function cannot(reason: string, text: string, options: MountOptions, app = "app"): Edit {
  const style = /^\s*(import|export)\b/m.test(text) || !/\brequire\(/.test(text) ? "import" : "require";
  const lines = linesFor({ text }, { ...options, app, name: options.importName, style });
  const place = "after the last app.use(...) of your middleware and before any 404 or error handler";
  return { kind: "cannot", reason, place, paste: [lines.import, lines.mount] };
}
