import type { Level } from "../doctor/checkup.js";
import type { Diagnosis } from "../doctor/diagnose.js";
import { colors } from "./colors.js";

const colours: Readonly<Record<Level, (text: string) => string>> = {
  unsafe: colors.red,
  warning: colors.yellow,
  hint: colors.cyan,
};

/** The findings as a person reads them: what and where, why it matters, what to do. */
export function renderFindings(findings: readonly Diagnosis[], skipped: readonly string[]): string {
  const blocks = findings.map(({ level, check, file, line, what, why, fix }) => {
    const place = [file, line].filter((part) => part !== null).join(":");
    return [
      `${colours[level](level)} ${colors.bold([place, what].filter(Boolean).join(" "))} ${colors.dim(`[${check}]`)}`,
      `  ${why}`,
      `  ${colors.green("fix")} ${fix}`,
      "",
    ].join("\n");
  });
  return [...blocks, ...skipped.map((line) => `not checked: ${line}`), summary(findings)].join("\n");
}

function summary(findings: readonly Diagnosis[]): string {
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  if (findings.length === 0) return "Nothing found.";
  const plural = (level: Level) => `${count(level)} ${level}${count(level) === 1 ? "" : "s"}`;
  return `${count("unsafe")} unsafe, ${plural("warning")}, ${plural("hint")}`;
}
