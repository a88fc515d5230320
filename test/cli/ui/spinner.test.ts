import { afterEach, expect, test, vi } from "vitest";
import { spinning } from "../../../cli/ui/spinner.js";

const loud = { json: false, silent: false, verbose: false };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What is written to a terminal, or to none, while something works. */
async function shownWhile(isTTY: boolean, voice: typeof loud, work: () => Promise<unknown>): Promise<string> {
  const before = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
  Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true });
  let shown = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    shown += String(text);
    return true;
  });
  await spinning("npm install", voice, work).catch(() => undefined);
  if (before) Object.defineProperty(process.stderr, "isTTY", before);
  else Reflect.deleteProperty(process.stderr, "isTTY");
  return shown;
}

test("a person sees seconds while it works, and a line when it is done", async () => {
  vi.stubEnv("LC_ALL", "C");
  const shown = await shownWhile(true, loud, () => new Promise((done) => setTimeout(done, 250)));
  expect(shown.startsWith("\r\u001B[K| npm install (0 s)\r\u001B[K/ npm install")).toBe(true);
  expect(shown).toMatch(/\+ npm install \(\d+ s\)\n$/);
});

test("a failure leaves no line behind", async () => {
  const shown = await shownWhile(true, loud, () => Promise.reject(new Error("no")));
  expect(shown.endsWith("\r\u001B[K")).toBe(true);
});

test.each([
  ["without a terminal", false, loud],
  ["under --json", true, { ...loud, json: true }],
  ["under --silent", true, { ...loud, silent: true }],
])("%s it says nothing", async (_, isTTY, voice) => {
  expect(await shownWhile(isTTY, voice, () => Promise.resolve(1))).toBe("");
});
