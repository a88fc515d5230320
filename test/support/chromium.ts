import { type Browser, chromium } from "playwright-core";
import { findProgram, whyNot } from "./needs.js";

const programs = ["chromium", "chromium-browser", "google-chrome"];
const flags = ["--disable-gpu", "--disable-quic", "--no-first-run"];

const found = findProgram(programs);

/** Why tests in a real browser can't run here, or null. */
export const noChromium: string | null = whyNot(programs);

/** Starts a headless Chromium. Each `newContext()` is a browser of its own, without cookies. */
export async function openChromium(): Promise<Browser> {
  if (found === null) throw new Error(`None of ${programs.join(", ")} is on the PATH.`);
  return chromium.launch({ executablePath: found, args: flags });
}
