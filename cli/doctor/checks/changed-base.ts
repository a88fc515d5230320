import { hasHash } from "../../plan/installed-text.js";
import { basePath } from "../../plan/paths.js";
import type { Check, Finding } from "../checkup.js";

/** A text below .authwright/base that is not what the record says: `update` and `doctor` compare with it. */
export const changedBase: Check = {
  name: "changed-base",
  run: ({ record, bases }) =>
    Object.values(record.items).flatMap(({ files }) =>
      Object.entries(files).flatMap(([path, { sha256 }]) => {
        const text = bases.get(path);
        // A byte order mark is not read along.
        if (text !== undefined && ["", "\uFEFF"].some((mark) => hasHash(mark + text, sha256))) return [];
        return [finding(path, text === undefined ? "is missing" : "was changed")];
      }),
    ),
};

function finding(path: string, what: string): Finding {
  return {
    level: "warning",
    file: basePath(path),
    line: null,
    what: `the text of ${path} as it was installed ${what}`,
    why: "with another text an edit of yours reads as one of ours, and a protection that was lost as one that never was",
    fix: `git checkout -- ${basePath(path)}, or "npx authwright update", which puts it back where it still can be known`,
  };
}
