import { withoutComments } from "../../project/source-imports.js";
import type { Check, Checkup, Finding } from "../checkup.js";
import { lineAt } from "../locate.js";
import { protections } from "../protections.js";

interface Edited {
  readonly path: string;
  readonly template: string;
  readonly base: string;
  readonly now: string;
}

/** An installed file that was edited, and that no longer has a protection it came with. */
export const lostProtection: Check = {
  name: "lost-protection",
  run: (checkup) => editedFiles(checkup).flatMap((file) => [...lostIn(file), ...openedRoutes(file)]),
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
function openedRoutes({ path, base, now }: Edited): Finding[] {
  return routesOf(base)
    .filter(({ guarded }) => guarded)
    .flatMap((route) => routesOf(now).filter((one) => one.name === route.name && !one.guarded))
    .map(({ name, line }) => ({
      level: "unsafe",
      file: path,
      line,
      what: `${name} has lost protectedRoute`,
      why: "anybody can call it without a login",
      fix: `put protectedRoute back, before the handler`,
    }));
}

function routesOf(code: string): { name: string; line: number; guarded: boolean }[] {
  const routes = [...code.matchAll(/\.(get|post|put|patch|delete)\(\s*["'`](\/[^"'`]*)["'`]\s*,([^;]*)/g)];
  return routes.map(({ 1: verb = "", 2: route = "", 3: handlers = "", index }) => ({
    name: `${verb.toUpperCase()} ${route}`,
    line: lineAt(code, index),
    guarded: /\bprotectedRoute\b/.test(handlers),
  }));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
