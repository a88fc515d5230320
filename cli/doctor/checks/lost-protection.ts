import { withoutComments } from "../../project/source-imports.js";
import type { Check, Checkup, Finding } from "../checkup.js";
import { guardName, guardsOf } from "../guards.js";
import { protections } from "../protections.js";
import { routesIn } from "../routes.js";

interface Edited {
  readonly path: string;
  readonly template: string;
  readonly base: string;
  readonly now: string;
}

/** An installed file that was edited, and that no longer has a protection it came with. */
export const lostProtection: Check = {
  name: "lost-protection",
  run: (checkup) => {
    const guards = guardsOf(checkup);
    return editedFiles(checkup).flatMap((file) => [...lostIn(file), ...openedRoutes(file, guards(file.path))]);
  },
};

function editedFiles({ record, sources, bases }: Checkup): Edited[] {
  return Object.values(record.items).flatMap(({ files }) =>
    Object.entries(files).flatMap(([path, { template }]) => {
      const [base, now] = [bases.get(path), sources.find((source) => source.path === path)?.text];
      if (base === undefined || now === undefined || base === now) return [];
      return [{ path, template, base: withoutComments(base), now: withoutComments(now) }];
    }),
  );
}

function lostIn({ path, template, base, now }: Edited): Finding[] {
  return protections
    .filter(({ file, pattern }) => template.endsWith(`/${file}`) && count(now, pattern) < count(base, pattern))
    .map(({ what, why }) => ({
      level: "unsafe",
      file: path,
      line: null,
      what: `your edit has taken out ${what}`,
      why,
      fix: `put it back: .authwright/base/${path}.txt has the file as it was installed`,
    }));
}

/** A route that came with `protectedRoute` and is there without it. */
function openedRoutes({ path, base, now }: Edited, guards: readonly string[]): Finding[] {
  if (!base.includes(guardName)) return [];
  const routes = routesIn(now, path, guards);
  return routesIn(base, path)
    .filter(({ guarded }) => guarded)
    .flatMap((route) => routes.filter((one) => one.verb === route.verb && one.path === route.path && !one.guarded))
    .map(({ verb, path: route, line }) => ({
      level: "unsafe",
      file: path,
      line,
      what: `${verb.toUpperCase()} ${route} has lost protectedRoute`,
      why: "anybody can call it without a login",
      fix: "put protectedRoute back, before the handler",
    }));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
