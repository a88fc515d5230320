import { posix } from "node:path";
import type { SourceText } from "../../project/source-files.js";
import { withoutComments } from "../../project/source-imports.js";
import type { Check, Checkup, Finding } from "../checkup.js";
import { guardsOf } from "../guards.js";
import { isTest } from "../locate.js";
import { type Route, routesIn } from "../routes.js";

/** Routes without `protectedRoute` where their neighbours have it: in the same file, or in the same folder. */
export const missingGuard: Check = {
  name: "missing-guard",
  run: (checkup) => {
    const guards = guardsOf(checkup);
    const files = ownRouteFiles(checkup, guards);
    return [...files.flatMap(openRoutes), ...openFiles(files, checkup, guards)];
  },
};

interface RouteFile {
  readonly path: string;
  readonly routes: readonly Route[];
}

type Guards = ReturnType<typeof guardsOf>;

function ownRouteFiles({ sources, record }: Checkup, guards: Guards): RouteFile[] {
  const installed = new Set(Object.values(record.items).flatMap(({ files }) => Object.keys(files)));
  return sources
    .filter(
      ({ path, text }) =>
        !installed.has(path) && !isTest(path, record) && /\.(get|post|put|patch|delete|all)\(/.test(text),
    )
    .map(({ path, text }) => ({ path, routes: routesIn(text, path, guards(path)) }))
    .filter(({ routes }) => routes.length > 0);
}

/** Reading may be open to all; what changes something, beside others that ask for a login, is worth a look. */
function openRoutes({ path, routes }: RouteFile): Finding[] {
  const changes = routes.filter(({ verb }) => verb !== "get");
  if (!changes.some(({ guarded }) => guarded)) return [];
  return changes
    .filter(({ guarded }) => !guarded)
    .map((one) => {
      const name = `${one.verb.toUpperCase()} ${one.path}`;
      return hint(path, one.line, `${name} has no protectedRoute, other routes of this file have it`);
    });
}

function openFiles(files: readonly RouteFile[], { sources }: Checkup, guards: Guards): Finding[] {
  const isGuarded = ({ routes }: RouteFile) => routes.some(({ guarded }) => guarded);
  return files
    .filter((file) => !isGuarded(file) && !isGuardedByApp(file, sources, guards))
    .filter((file) => {
      const neighbours = files.filter(
        (other) => other !== file && posix.dirname(other.path) === posix.dirname(file.path),
      );
      return neighbours.some(isGuarded);
    })
    .map(({ path, routes }) => hint(path, routes[0]!.line, "this file never asks for a login, its neighbours do"));
}

/** `app.use("/notes", protectedRoute, notesRouter)` where the file's router is imported. */
function isGuardedByApp({ path }: RouteFile, sources: readonly SourceText[], guards: Guards): boolean {
  const name = posix.basename(path).replace(/\.[cm]?[jt]s$/, "");
  const imports = new RegExp(
    `import\\s+(?:\\{[^}]*?(\\w+)\\s*\\}|(\\w+))\\s+from\\s+["'][^"']*\\/${name}(?:\\.\\w+)?["']`,
  );
  return sources.some(({ path: from, text }) => {
    const [, named, standard] = imports.exec(text) ?? [];
    const router = named ?? standard;
    const guard = guards(from).map(escaped).join("|");
    const guarded = new RegExp(`(?<![\\w$])(?:${guard})(?![\\w$])[^;]*\\b${router}\\b`);
    return router !== undefined && guarded.test(withoutComments(text));
  });
}

function escaped(name: string): string {
  return name.replaceAll("$", "\\$");
}

function hint(file: string, line: number, what: string): Finding {
  return {
    level: "hint",
    file,
    line,
    what,
    why: "it answers anybody, with or without a login",
    fix: "put protectedRoute before the handler, where that is not meant",
  };
}
