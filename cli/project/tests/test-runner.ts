import { readdir } from "node:fs/promises";
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
