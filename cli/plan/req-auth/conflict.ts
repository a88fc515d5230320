import semver from "semver";
import { dottedName, isCall, methodName } from "../../edits/entry/expression.js";
import { findApps } from "../../edits/entry/find-app.js";
import { isPath, reachOf } from "../../edits/entry/route-path.js";
import { walk } from "../../edits/syntax.js";
import { moduleOf } from "../../project/entry/module-path.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { importsOf, withoutComments } from "../../project/sources/source-imports.js";
import { isWithin } from "../../text/repo-path.js";
import { readSetting, type Setting, setsAuth, tryRead } from "./setters.js";
import { typedLine } from "./types.js";

/** Packages whose middleware sets `req.auth`. */
const setters = [
  "express-jwt",
  "express-oauth2-jwt-bearer",
  "@clerk/express",
  "@clerk/clerk-sdk-node",
  "express-basic-auth",
];

/** Those of them that also declare its type for every request. */
const typers = ["express-oauth2-jwt-bearer", "@clerk/express"];

const typeFolders = ["types", "typings", "@types"];

export interface ReqAuth {
  /** Why `req.auth` can't be ours too; null where nothing stands against it. */
  readonly conflict: string | null;
  /** Where it is set on some routes only. */
  readonly notes: readonly string[];
}

type Facts = Pick<Project, "sourceDir" | "packageJson" | "aliases">;

/** Who else sets or types `req.auth` in these sources. `ours` are the files that authwright itself put there. */
export function findReqAuth(
  sources: readonly SourceText[],
  project: Facts,
  { mount, guard, ours }: { mount: string; guard: string; ours: ReadonlySet<string> },
): ReqAuth {
  const theirs = sources.filter(({ path }) => isSource(path, project) && !ours.has(path));
  const typed = typedConflict(theirs);
  if (typed) return { conflict: typed, notes: [] };
  const libraries = setters.filter((name) => setsAuthByDefault(name, project));
  const settings = theirs.flatMap((source) => readSetting(source, libraries) ?? []);
  const whole = settings.length > 0 ? wholeApp(theirs, settings, { libraries, mount, project }) : null;
  return whole ? { conflict: whole, notes: [] } : { conflict: null, notes: settings.map((one) => note(one, guard)) };
}

function isSource(path: string, { sourceDir }: Facts): boolean {
  const isTest = /(^|\/)(tests?|__tests__|e2e|dist|build|out)\/|\.(test|spec)\.[cm]?[jt]sx?$/.test(path);
  return !isTest && [sourceDir, ...typeFolders].some((folder) => isWithin(path, folder));
}

function typedConflict(sources: readonly SourceText[]): string | null {
  for (const { path, text } of sources) {
    const line = typedLine(text);
    if (line !== null) return `${path}:${line} declares auth on Express's Request`;
    const package_ = typers.find((name) => text.includes(name) && importsOf(withoutComments(text)).includes(name));
    if (package_) return `${path} imports ${package_}, whose types declare auth on Express's Request`;
  }
  return null;
}

/** express-jwt before 7 sets `req.user`. */
function setsAuthByDefault(name: string, { packageJson }: Facts): boolean {
  const range = packageJson.dependencies[name] ?? packageJson.devDependencies[name] ?? "";
  return name !== "express-jwt" || semver.validRange(range) === null || semver.intersects(range, ">=7.0.0-0");
}

interface Looking {
  readonly libraries: readonly string[];
  readonly mount: string;
  readonly project: Facts;
}

/** Where an app uses such a handler for every request, or for those of our mount. */
function wholeApp(sources: readonly SourceText[], settings: readonly Setting[], looking: Looking): string | null {
  const paths = new Set(sources.map(({ path }) => path));
  for (const { path, text } of sources.filter((source) => /\.\s*use\s*\(/.test(source.text))) {
    const line = lineOfUse(path, text, settings, paths, looking);
    if (line !== null) return `${path}:${line} sets req.auth for the whole app`;
  }
  return null;
}

function lineOfUse(
  path: string,
  text: string,
  settings: readonly Setting[],
  paths: ReadonlySet<string>,
  { libraries, mount, project }: Looking,
): number | null {
  const file = settings.find((one) => one.path === path)?.file ?? tryRead(text, path);
  if (file === null) return null;
  const apps = findApps(file).map(({ name }) => name);
  const own = settings.find((one) => one.path === path)?.names ?? [];
  const names = new Set([...own, ...[...file.origins].flatMap(([local, from]) => importedSetter(local, from))]);
  let line: number | null = null;
  walk(file.program, (node) => {
    if (!isCall(node) || methodName(node) !== "use" || !apps.includes(appOf(dottedName(node.callee)))) return;
    const [first, ...rest] = node.arguments;
    const hasPath = first !== undefined && isPath(first, file, rest.length === 0);
    if (first === undefined || (hasPath && reachOf(first, mount, true, file) === "other")) return;
    const handlers = hasPath ? rest : node.arguments;
    if (handlers.some((handler) => setsAuth(handler, file, libraries, names))) line ??= node.loc!.start.line;
  });
  return line;

  /** By the module that it comes from, or (through a file of re-exports) by its name. */
  function importedSetter(local: string, specifier: string): string[] {
    const module = moduleOf(path, specifier, project.aliases, paths);
    if (module === null) return [];
    const there = settings.find((one) => one.path === module);
    const isKnown = there ? there.names.has(local) : settings.some((one) => one.names.has(local));
    const isDefault = there?.names.has("default") && !there.file.functions.has(local) && !there.file.values.has(local);
    return isKnown || isDefault ? [local] : [];
  }
}

/** `app.use` and `this.app.use(a).use` -> the app. */
function appOf(callee: string): string {
  return callee.replace(/\.use(\..*)?$/, "");
}

function note({ path, line, library }: Setting, guard: string): string {
  const who = library ? ` by ${library}` : "";
  return `${path}:${line} sets req.auth${who}: use it and ${guard} on different routes, for each overwrites what the other has set`;
}
