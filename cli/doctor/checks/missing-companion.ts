import { inWords } from "../../text/in-words.js";
import type { Check } from "../checkup.js";

/** An item that comes by itself with others that are installed, and is not there. */
export const missingCompanion: Check = {
  name: "missing-companion",
  run: ({ missing }) =>
    missing.map(({ name, comesWith, title }) => ({
      level: "warning",
      file: null,
      line: null,
      what: `${name} is not there, and comes with ${inWords(comesWith)}`,
      why: `what they do together is missing: ${title}`,
      fix: "npx authwright update",
    })),
};
