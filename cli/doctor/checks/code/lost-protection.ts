import { sameMeaning } from "../../../merge/same-meaning.js";
import { patternOf } from "../../../registry/facts/code-pattern.js";
import type { Check, Checkup, Finding } from "../../checkup.js";
import { compact, lineOfLoss } from "../../code/compact.js";
import { guardsOf } from "../../code/guards.js";
import { protectionsOf } from "../../code/protections.js";
import { type Route, routesIn } from "../../code/routes.js";

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
    const edited = editedFiles(checkup);
    if (edited.length === 0) return [];
    const [installed, now] = [guardsOf(asInstalled(checkup)), guardsOf(checkup)];
    return edited.flatMap((file) => {
      const guards = { installed: installed(file.path), now: now(file.path) };
      return [...lostIn(file, checkup), ...openedRoutes(file, guards)];
    });
  },
};

function editedFiles({ record, sources, bases }: Checkup): Edited[] {
  return Object.values(record.items).flatMap(({ files }) =>
    Object.entries(files).flatMap(([path, { template }]) => {
      const [base, now] = [bases.get(path), sources.find((source) => source.path === path)?.text];
      if (base === undefined || now === undefined || base === now || sameMeaning(base, now, path)) return [];
      return [{ path, template, base, now }];
    }),
  );
}

function lostIn({ path, template, base, now }: Edited, { facts }: Checkup): Finding[] {
  const guarded = protectionsOf(template, facts).map((one) => ({ ...one, pattern: patternOf(one.code) }));
  if (guarded.length === 0) return [];
  const [before, after] = [compact(base, path), compact(now, path)];
  return guarded
    .filter(({ pattern }) => count(after, pattern) < count(before, pattern))
    .map(({ pattern, what, why }) => ({
      level: "unsafe",
      file: path,
      line: lineOfLoss({ path, base, now }, (text) => count(text, pattern)),
      what: `your edit has taken out ${what}`,
      why,
      fix: `put it back: .authwright/base/${path}.txt has the file as it was installed`,
    }));
}

interface Guards {
  readonly installed: readonly string[];
  readonly now: readonly string[];
}

/** A route that came with a guard, and that has lost it or one of several. */
function openedRoutes({ path, base, now }: Edited, guards: Guards): Finding[] {
  const before = routesIn(base, path, guards.installed).filter(({ guarded }) => guarded);
  if (before.length === 0) return [];
  const routes = routesIn(now, path, guards.now);
  return before.flatMap((route) =>
    routes
      .filter(({ verb, path: place }) => verb === route.verb && place === route.path)
      .flatMap((one) => {
        const lost = lostGuards(route, one);
        return lost.length > 0 ? [openedRoute(path, one, lost)] : [];
      }),
  );
}

/** The names that are gone. Where another guard has come, it may be made of them: the user knows better. */
function lostGuards(before: Route, now: Route): readonly string[] {
  if (now.guards.some((name) => !before.guards.includes(name))) return [];
  return before.guards.filter((name) => !now.guards.includes(name));
}

function openedRoute(path: string, { verb, path: route, line, guarded }: Route, lost: readonly string[]): Finding {
  const names = lost.join(" and ");
  return {
    level: "unsafe",
    file: path,
    line,
    what: `${verb.toUpperCase()} ${route} has lost ${names}`,
    why: guarded ? "it lets requests through that it used to refuse" : "anybody can call it without a login",
    fix: `put ${names} back, before the handler`,
  };
}

/** The files as they were installed: guards are looked for in what they imported then. */
function asInstalled(checkup: Checkup): Checkup {
  const sources = checkup.sources.map(({ path, text }) => ({ path, text: checkup.bases.get(path) ?? text }));
  return { ...checkup, sources };
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
