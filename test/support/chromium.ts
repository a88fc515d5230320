import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const programs = ["chromium", "chromium-browser", "google-chrome"];
const flags = ["--disable-gpu", "--disable-quic", "--no-first-run"];

const folders = (process.env["PATH"] ?? "").split(delimiter);
const found = programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(existsSync);

/** Why tests in a real browser can't run here, or null. In CI nothing is skipped: there they fail for want of it. */
export const noChromium: string | null = process.env["CI"] || found ? null : "chromium is not installed";

/** Starts a headless Chromium. Each `newContext()` is a browser of its own, without cookies. */
export async function openChromium(): Promise<Browser> {
  if (found === undefined) throw new Error(`None of ${programs.join(", ")} is on the PATH.`);
  return chromium.launch({ executablePath: found, args: flags });
}
