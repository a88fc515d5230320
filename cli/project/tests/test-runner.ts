import { readdir } from "node:fs/promises";
import { posix } from "node:path";
import { commandsOf } from "../build/script-commands.js";
import type { Project } from "../project.js";

type TestRunner = Project["testRunner"];

/** The runner that scripts.test names, else the one that is installed or configured. */
export async function findTestRunner(
  root: string,
  scripts: Readonly<Record<string, string>>,
  dependencies: Readonly<Record<string, string>>,
  members: Readonly<Record<string, unknown>>,
): Promise<TestRunner> {
  const files = await readdir(root);
  const has = (runner: "vitest" | "jest") =>
    runner in dependencies || runner in members || files.some((file) => file.startsWith(`${runner}.config.`));
  const named = (runner: string) => new RegExp(`\\b${runner}\\b`).test(scripts["test"] ?? "");
  const runners = ["vitest", "jest"] as const;
  return runners.find(named) ?? runners.find(has) ?? "none";
}

/** A runner that takes what its own tests are called for its own, whatever they import; null where scripts.test runs none. */
export function otherRunner(scripts: Readonly<Record<string, string>>): string | null {
  const words = commandsOf(scripts, "test").flat();
  if (words.includes("--test")) return "node --test";
  if (/^bun test\b/.test(words.join(" "))) return "bun test";
  return words.map((word) => posix.basename(word)).find((word) => otherRunners.includes(word)) ?? null;
}

const otherRunners = ["mocha", "ava", "tap", "jasmine", "uvu", "playwright", "japa"];
