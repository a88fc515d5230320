import { join } from "node:path";
import { upwards } from "../../text/repo-path.js";
import { readText } from "../../text/text-file.js";

/** The version of a package in node_modules, here or hoisted to the workspace root; null when it isn't installed. */
export async function installedVersion(name: string, root: string, workspaceRoot: string): Promise<string | null> {
  for (const folder of upwards(root, workspaceRoot)) {
    const text = await readText(join(folder, "node_modules", name, "package.json"));
    if (text === null) continue;
    return /"version"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? null;
  }
  return null;
}

/** A range without the `npm:name@` of an alias or the `workspace:` of a workspace; null where it says nothing (`latest`, `catalog:`). */
export function plainRange(range: string): string | null {
  const plain = range.replace(/^npm:(@[^/]+\/)?[^@]+@/, "").replace(/^workspace:/, "");
  return /\d/.test(plain) && !/[:/]/.test(plain) ? plain : null;
}
