import type { Check } from "../checkup.js";

/** A dependency with a known hole, as the package manager tells. */
export const vulnerableDependency: Check = {
  name: "vulnerable-dependency",
  run: ({ audit }) =>
    audit.kind === "skipped"
      ? []
      : audit.holes.map(({ name, severity, title, fixed }) => ({
          level: ["high", "critical"].includes(severity) ? "unsafe" : "warning",
          file: "package.json",
          line: null,
          what: `${name} has a known hole (${severity})`,
          why: title,
          fix: fixed ? "npm audit fix, or raise it in package.json" : "no version has the fix yet: see npm audit",
        })),
};
