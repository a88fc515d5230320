import { broughtBy } from "../../selection/brought.js";
import type { Check } from "../checkup.js";

/** An item that a choice of another one brings, and that is not there. */
export const missingItem: Check = {
  name: "missing-item",
  run: ({ record, items }) =>
    Object.entries(record.items).flatMap(([name, installed]) => {
      const item = items.find((one) => one.name === name);
      const brought = new Set([...(installed.brings ?? []), ...(item ? broughtBy(item, installed.choices) : [])]);
      return [...brought]
        .filter((one) => !record.items[one])
        .map((one) => ({
          level: "warning",
          file: null,
          line: null,
          what: `${one} is not there, and ${name} as it is installed brings it`,
          why: `${name} relies on it: ${items.find((known) => known.name === one)?.title ?? one}`,
          fix: `npx authwright add ${one}`,
        }));
    }),
};
