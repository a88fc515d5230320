import { type Advisory, advisoriesFor } from "../../advisories/advisory.js";
import type { Check, Checkup, Finding } from "../checkup.js";

/** An installed version that is known to have a hole. */
export const advisory: Check = {
  name: "advisory",
  run: (checkup) =>
    Object.entries(checkup.record.items).flatMap(([item, { version }]) =>
      advisoriesFor(checkup.advisories, item, version).map((one) => finding(one, version, checkup)),
    ),
};

function finding(one: Advisory, version: string, { items, advisories }: Checkup): Finding {
  const { id, item, severity, text, fix } = one;
  const brought = items.find(({ name }) => name === item)?.version;
  const isFixed = brought && !advisoriesFor(advisories, item, brought).some((other) => other.id === id);
  const way = isFixed
    ? `"authwright update ${item}" brings ${brought}, which has the fix`
    : `"npx authwright@latest update ${item}" brings the newest version`;
  return {
    level: severity === "low" ? "warning" : "unsafe",
    file: "authwright.json",
    line: null,
    what: `${item} ${version} has a known hole: ${id} (${severity})`,
    why: text,
    fix: `${fix}; ${way}`,
  };
}
