import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Project } from "../project/project.js";
import { isWithin } from "../project/repo-path.js";
import { withoutComments } from "../project/source-imports.js";
import { readText } from "../project/text-file.js";

/** How a runner's configuration says where tests are: a list of folders, or of patterns. */
const lists = {
  jest: { file: /^jest\.config\.\w+$/, list: /["']?\b(?:roots|testMatch)["']?\s*:\s*\[([^\]]*)\]/g },
  vitest: { file: /^vite(?:st)?\.config\.\w+$/, list: /\binclude\s*:\s*\[([^\]]*)\]/g },
};

/** A runner that looks elsewhere would pass without ever running the tests that come along. Returns the line that says so, or null. */
export async function unseenTestsWarning(project: Project, testDir: string): Promise<string | null> {
  const { root, testRunner, packageJson } = project;
  if (testRunner === "none") return null;
  const { file, list } = lists[testRunner];
  const names = (await readdir(root)).filter((name) => file.test(name));
  const texts = await Promise.all(names.map(async (name) => [name, (await readText(join(root, name))) ?? ""] as const));
  const inPackage = testRunner === "jest" ? [["package.json", packageJson.text] as const] : [];
  for (const [name, text] of [...texts, ...inPackage]) {
    for (const [, inside = ""] of withoutComments(text).matchAll(list)) {
      const folders = testFolders(inside);
      if (folders.length === 0 || folders.some((folder) => isWithin(testDir, folder))) continue;
      const place = posix.join(folders[0]!, "auth-tests");
      return `${name} has ${testRunner} look for tests in ${folders.join(", ")}, and these go to ${testDir}: add that folder there, or use --tests ${place}`;
    }
  }
  return null;
}

/** The folders that a list names before its first wildcard. Vitest's coverage has an `include` too: its patterns name no test. */
function testFolders(inside: string): string[] {
  const written = [...inside.matchAll(/["'`]([^"'`]+)["'`]/g)].flatMap(([, text]) => text ?? []);
  const isTest = (text: string) => text.startsWith("<rootDir>") || /test|spec/i.test(text) || !/[*{(]/.test(text);
  const folders = written.filter((text) => isTest(text) && !text.startsWith("!")).map(literalFolder);
  return [...new Set(folders)];
}

function literalFolder(pattern: string): string {
  const local = pattern.replace(/^<rootDir>\/?/, "");
  const wildcard = local.search(/[*?{}()[\]!@+]/);
  const literal = wildcard === -1 ? local : local.slice(0, local.lastIndexOf("/", wildcard) + 1);
  return posix.normalize(literal).replace(/\/$/, "") || ".";
}
