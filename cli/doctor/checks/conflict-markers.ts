import { markersLeft } from "../../merge/markers.js";
import { parses } from "../../merge/same-meaning.js";
import type { Check } from "../checkup.js";

/** Markers that a merge has left. A text in a program may hold such lines: then it can be read all the same. */
export const conflictMarkers: Check = {
  name: "conflict-markers",
  run: ({ sources, env, deploy }) =>
    [...sources, ...env, ...deploy].flatMap(({ path, text }) => {
      if (!/^<{7} /m.test(text) || (/\.[cm]?[jt]sx?$/.test(path) && parses(text, path))) return [];
      return [
        {
          level: "warning" as const,
          file: path,
          line: markersLeft(text, path)[0] ?? null,
          what: "a conflict of a merge is left",
          why: "it can't be read: no build of it starts, and no other check looks into it",
          fix: "settle it, take the markers out; after an update: npx authwright update --continue",
        },
      ];
    }),
};
