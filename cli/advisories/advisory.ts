import semver from "semver";

/** A hole that is known in versions of an item. docs/advisories.md tells how one comes to be. */
export interface Advisory {
  /** e.g. "AW-2027-001" */
  readonly id: string;
  readonly item: string;
  /** The versions that have it, as a semver range: ">=0.1.0 <0.2.3". */
  readonly versions: string;
  readonly severity: "low" | "moderate" | "high" | "critical";
  readonly text: string;
  /** What a person does about it. */
  readonly fix: string;
  /** Those who have checked text and range: two at least. */
  readonly reviewedBy: readonly string[];
}

/** The advisories that a version of an item is affected by. */
export function advisoriesFor(advisories: readonly Advisory[], item: string, version: string): Advisory[] {
  return advisories.filter(
    (one) => one.item === item && semver.satisfies(version, one.versions, { includePrerelease: true }),
  );
}
