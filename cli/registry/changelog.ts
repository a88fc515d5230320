import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";

/** One entry of CHANGELOG.md about a version of an item: "- Item `audit-log` 0.2.0: what is new". */
export interface ItemChange {
  readonly item: string;
  readonly version: string;
  readonly text: string;
}

/** An item that an update moves from one version to another. */
export interface VersionStep {
  readonly item: string;
  readonly from: string;
  readonly to: string;
}

/** What CHANGELOG.md of the package at `root` says of items; nothing where it has none. */
export function readChangelog(root: string): ItemChange[] {
  const path = join(root, "CHANGELOG.md");
  return existsSync(path) ? parseChangelog(readFileSync(path, "utf8")) : [];
}

/** The entries about items, each as one line. */
export function parseChangelog(text: string): ItemChange[] {
  const entries = text.split(/\r?\n(?=- |#|\r?\n)/).map((entry) => entry.replace(/\s+/g, " ").trim());
  return entries.flatMap((entry) => {
    const [, item, version, words] = /^- Item `([\w-]+)` (\d\S*): (.+)$/.exec(entry) ?? [];
    return item && version && words && semver.valid(version) ? [{ item, version, text: words }] : [];
  });
}

/** The entries that an update passes, of each item in the order of versions, what is about security first. */
export function broughtChanges(
  changes: readonly ItemChange[],
  { versions = [] }: { readonly versions?: readonly VersionStep[] },
): string[] {
  const passed = versions.flatMap(({ item, from, to }) =>
    changes
      .filter((one) => one.item === item && semver.gt(one.version, from) && semver.lte(one.version, to))
      .toSorted((a, b) => semver.compare(a.version, b.version)),
  );
  const isSecurity = ({ text }: ItemChange) => /^security\b/i.test(text);
  const ordered = [...passed.filter(isSecurity), ...passed.filter((one) => !isSecurity(one))];
  return ordered.map(({ item, version, text }) => `${item} ${version}: ${text}`);
}
