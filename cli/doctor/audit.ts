import { x } from "tinyexec";
import type { Project } from "../project/project.js";
import { isObject, parseObject } from "../text/json.js";
import type { Audit, Hole } from "./checkup.js";

const limitMs = 10_000;

/** Asks npm for known holes in what runs in production. A package manager that can't tell is no failure. */
export async function askForHoles({ root, packageManager }: Project, offline: boolean): Promise<Audit> {
  if (offline) return skipped("--offline");
  if (packageManager.name !== "npm")
    return skipped(`${packageManager.name} is not asked: run ${packageManager.name} audit`);
  try {
    const { stdout } = await x("npm", ["audit", "--json", "--omit=dev"], {
      nodePath: false,
      timeout: limitMs,
      nodeOptions: { cwd: root, stdio: ["ignore", "pipe", "ignore"] },
    });
    return readAudit(stdout);
  } catch {
    return skipped("npm audit did not answer");
  }
}

/** What `npm audit --json` says; an error of its own, or anything else, is no answer. */
export function readAudit(text: string): Audit {
  const vulnerabilities = parseObject(text)?.["vulnerabilities"];
  if (!isObject(vulnerabilities)) return skipped("npm audit did not answer");
  return { kind: "answered", holes: Object.values(vulnerabilities).flatMap(readHole) };
}

/** Only the package that has the hole, not all those that lead to it. */
function readHole(value: unknown): Hole[] {
  if (!isObject(value) || !Array.isArray(value["via"])) return [];
  const titles = value["via"].filter(isObject).map((via) => String(via["title"] ?? ""));
  if (titles.length === 0) return [];
  const { name, severity, fixAvailable } = value;
  const fixed = fixAvailable !== false && fixAvailable !== undefined;
  return [{ name: String(name), severity: String(severity), title: titles.join("; "), fixed }];
}

function skipped(why: string): Audit {
  return { kind: "skipped", why };
}
