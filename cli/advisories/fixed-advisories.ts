import type { Update } from "../plan/plan.js";
import { type Advisory, advisoriesFor } from "./advisory.js";

/** The known holes that an update closes, one line each. */
export function fixedAdvisories(advisories: readonly Advisory[], { versions }: Pick<Update, "versions">): string[] {
  return versions.flatMap(({ item, from, to }) => {
    const left = advisoriesFor(advisories, item, to).map(({ id }) => id);
    const fixed = advisoriesFor(advisories, item, from).filter(({ id }) => !left.includes(id));
    return fixed.map(({ id, severity, text, fix }) => `${to} fixes ${id} (${severity}): ${text} Besides: ${fix}`);
  });
}
