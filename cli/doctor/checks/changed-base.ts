import { hasHash } from "../../record/installed-text.js";
import { basePath } from "../../record/paths.js";
import type { Check, Checkup, Finding } from "../checkup.js";

/** A text below .authwright/base that is not what the record says: `update` and `doctor` compare with it. */
export const changedBase: Check = {
  name: "changed-base",
  run: (checkup) => (checkup.bases.size === 0 && filesOf(checkup).length > 1 ? [allMissing] : changed(checkup)),
};

function filesOf({ record }: Checkup) {
  return Object.values(record.items).flatMap(({ files }) => Object.entries(files));
}

function changed(checkup: Checkup): Finding[] {
  return filesOf(checkup).flatMap(([path, { sha256 }]) => {
    const text = checkup.bases.get(path);
    if (text !== undefined && hasHash(text, sha256)) return [];
    return [finding(path, text === undefined ? "is missing" : "was changed")];
  });
}

const why =
  "with another text an edit of yours reads as one of ours, and a protection that was lost as one that never was";

function finding(path: string, what: string): Finding {
  return {
    level: "warning",
    file: basePath(path),
    line: null,
    what: `the text of ${path} as it was installed ${what}`,
    why,
    fix: `git checkout -- ${basePath(path)}, or "npx authwright update", which puts it back where it still can be known`,
  };
}

/** As in a checkout of a repository that ignores them. */
const allMissing: Finding = {
  level: "warning",
  file: ".authwright/base",
  line: null,
  what: "the texts of the files as they were installed are missing, all of them",
  why: "without them edits of yours and ours can't be told apart, and a lost protection is not found",
  fix:
    "commit .authwright where it still is, and take it out of .gitignore; " +
    '"npx authwright update" puts back what still can be known',
};
