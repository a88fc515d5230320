import { checks } from "./checks.js";
import type { Checkup, Finding, Level } from "./checkup.js";

/** A finding, and the check that made it. */
export interface Diagnosis extends Finding {
  readonly check: string;
}

const worstFirst: readonly Level[] = ["unsafe", "warning", "hint"];

/** Runs every check over the project as it was read; the worst findings come first. */
export function diagnose(checkup: Checkup): Diagnosis[] {
  const found = checks.flatMap(({ name, run }) => run(checkup).map((finding) => ({ check: name, ...finding })));
  return worstFirst.flatMap((level) => found.filter((one) => one.level === level));
}
