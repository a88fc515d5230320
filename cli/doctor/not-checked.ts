import type { Facts } from "../registry/facts/facts.js";
import type { Checkup } from "./checkup.js";
import { protectionsOf } from "./code/protections.js";

/** What a check could not look at. */
export interface NotChecked {
  readonly check: string;
  readonly why: string;
}

/** Everything that was not looked at: without it, silence would read as a clean bill. */
export function notChecked(checkup: Checkup): NotChecked[] {
  const { audit } = checkup;
  const skipped = audit.kind === "skipped" ? [{ check: "vulnerable-dependency", why: audit.why }] : [];
  return [...withoutBase(checkup), ...skipped];
}

function withoutBase({ record, sources, bases, facts }: Checkup): NotChecked[] {
  const there = new Set(sources.map(({ path }) => path));
  return Object.values(record.items).flatMap(({ files }) =>
    Object.entries(files)
      .filter(([path, { template }]) => there.has(path) && !bases.has(path) && isProtected(template, facts))
      .map(([path]) => ({ check: "lost-protection", why: `no base of ${path}` })),
  );
}

function isProtected(template: string, facts: Facts): boolean {
  return protectionsOf(template, facts).length > 0;
}
