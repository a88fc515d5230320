import { posix } from "node:path";
import type { SourceText } from "../../../project/sources/source-files.js";
import { withoutComments } from "../../../project/sources/source-imports.js";
import { recordedPaths } from "../../../record/recorded-paths.js";
import type { Check, Checkup, Finding } from "../../checkup.js";
import { guardNames, guardsOf } from "../../code/guards.js";
import { isTest } from "../../code/locate.js";
import { mountsGuarded, type Route, routesIn } from "../../code/routes.js";

/** Routes without a guard where their neighbours have one: in the same file, or in the same folder. */
export const missingGuard: Check = {
  name: "missing-guard",
  run: (checkup) => {
    const known = guardNames(checkup);
    if (known.length === 0) return [];
    const guards = guardsOf(checkup);
    const files = ownRouteFiles(checkup, guards);
    const open = files.filter((file) => !isGuardedByApp(file, checkup.sources, guards));
    return [...open.flatMap((file) => openRoutes(file, known)), ...openFiles(open, files, known)];
  },
};

interface RouteFile {
  readonly path: string;
  readonly routes: readonly Route[];
  /** Whether it puts a guard before something: a route, or a router that it mounts. */
  readonly guards: boolean;
}

type Guards = ReturnType<typeof guardsOf>;

function ownRouteFiles({ sources, record }: Checkup, guards: Guards): RouteFile[] {
  const installed = recordedPaths(record);
  return sources
    .filter(
      ({ path, text }) =>
        !installed.has(path) && !isTest(path, record) && /\.(get|post|put|patch|delete|all)\(/.test(text),
    )
    .map(({ path, text }) => {
      const routes = routesIn(text, path, guards(path));
      const some = routes.some(({ guarded }) => guarded) || mountsGuarded(text, path, guards(path));
      return { path, routes, guards: some };
    })
    .filter(({ routes }) => routes.length > 0);
}

/** Who calls these has no login yet, or is a machine. */
const open =
  /(^|[/_-])(log-?in|sign-?(in|up)|register|auth|token|refresh(-token)?|log-?out|forgot|reset|recover|verify|confirm|callback|webhooks?|hooks?|contact|subscribe|newsletter|feedback|health|ping|csp-?report|graphql)\b/i;

/** Reading may be open to all; what changes something, beside others that ask for a login, is worth a look. */
function openRoutes({ path, routes, guards }: RouteFile, known: readonly string[]): Finding[] {
  if (!guards) return [];
  const guard = usualGuard(routes, known);
  const changes = routes.filter(({ verb, path: place }) => verb !== "get" && !open.test(place));
  const isFallback = ({ verb, path: place }: Route) => verb === "all" && /^\/?\*|^\/\{\*/.test(place);
  return changes
    .filter((one) => !one.guarded && !isFallback(one))
    .map((one) => {
      const name = `${one.verb.toUpperCase()} ${one.path}`;
      return hint(path, one.line, `${name} has no ${guard}, other routes of this file have it`, guard);
    });
}

/** The guard that is meant: one of those that stand there under their own names, else the first that is installed. */
function usualGuard(routes: readonly Route[], known: readonly string[]): string {
  const used = routes.flatMap(({ guards }) => guards);
  return known.find((name) => used.includes(name)) ?? known[0]!;
}

function openFiles(candidates: readonly RouteFile[], files: readonly RouteFile[], known: readonly string[]): Finding[] {
  const isGuarded = ({ routes }: RouteFile) => routes.some(({ guarded }) => guarded);
  return candidates
    .filter((file) => !isGuarded(file) && !file.routes.every(({ path }) => open.test(path)))
    .flatMap((file) => {
      const { path, routes } = file;
      const neighbours = files.filter((other) => other !== file && posix.dirname(other.path) === posix.dirname(path));
      if (!neighbours.some(isGuarded) || openRoutes(file, known).length > 0) return [];
      const guard = usualGuard(
        neighbours.flatMap((other) => other.routes),
        known,
      );
      return [hint(path, routes[0]!.line, "this file never asks for a login, its neighbours do", guard)];
    });
}

/** `app.use("/notes", guard, notesRouter)` where the file's router is imported. */
function isGuardedByApp({ path }: Pick<RouteFile, "path">, sources: readonly SourceText[], guards: Guards): boolean {
  const name = posix.basename(path).replace(/\.[cm]?[jt]s$/, "");
  const imports = new RegExp(
    `import\\s+(?:\\{[^}]*?(\\w+)\\s*\\}|(\\w+))\\s+from\\s+["'][^"']*\\/${name}(?:\\.\\w+)?["']`,
  );
  return sources.some(({ path: from, text }) => {
    const [, named, standard] = imports.exec(text) ?? [];
    const router = named ?? standard;
    if (router === undefined) return false;
    const guard = guards(from).map(escaped).join("|");
    const guarded = new RegExp(`(?<![\\w$])(?:${guard})(?![\\w$])[^;]*\\b${router}\\b`);
    return guarded.test(withoutComments(text));
  });
}

function escaped(name: string): string {
  return name.replaceAll("$", "\\$");
}

function hint(file: string, line: number, what: string, guard: string): Finding {
  return {
    level: "hint",
    file,
    line,
    what,
    why: "it answers anybody, with or without a login",
    fix: `put ${guard} before the handler, where that is not meant`,
  };
}
