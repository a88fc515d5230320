import semver from "semver";

/** How a range that the user has stands to the versions that are known to work. */
export type Fit =
  | { readonly kind: "fits" }
  /** The same major, but it may resolve to a version that is too old. */
  | { readonly kind: "too-low"; readonly range: string }
  | { readonly kind: "other-major" }
  /** `workspace:`, `catalog:`, a git address, a tag: only the package manager knows what it stands for. */
  | { readonly kind: "unknown" };

/** Compares a range of package.json with the range of versions that work. */
export function fitRange(range: string, accepts: string): Fit {
  const written = range.startsWith("npm:") ? range.slice(range.lastIndexOf("@") + 1) : range;
  if (semver.validRange(accepts) === "*") return { kind: "fits" };
  if (!semver.validRange(written) || semver.validRange(written) === "*") return { kind: "unknown" };
  if (semver.subset(written, accepts)) return { kind: "fits" };
  const lowest = semver.minVersion(written)!;
  const raised = new semver.Range(accepts).set
    .map((comparators) => semver.minVersion(comparators.join(" "))!)
    .find((minimum) => line(minimum) === line(lowest) && semver.lt(lowest, minimum));
  return raised ? { kind: "too-low", range: `^${raised.version}` } : { kind: "other-major" };
}

/** The same for a version that is installed behind a range that says nothing: such a range can't be raised. */
export function fitVersion(version: string, accepts: string): Fit {
  return { kind: semver.satisfies(version, accepts) ? "fits" : "other-major" };
}

/** The major of the lowest version that a range allows, or null where it can't be told. */
export function lowestMajor(range: string): number | null {
  return semver.validRange(range) ? (semver.minVersion(range)?.major ?? null) : null;
}

/** What semver holds compatible with the lowest version of a range: the major, or below 1.0 the minor. */
export function compatibleLine(range: string): string {
  return line(semver.minVersion(range)!);
}

/** What semver holds compatible: the major, or below 1.0 the minor. */
function line({ major, minor }: semver.SemVer): string {
  return major > 0 ? `${major}` : `0.${minor}`;
}
