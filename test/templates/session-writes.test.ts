import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { type ComposedApp, composeApp } from "../support/compose.js";
import { repo } from "../support/template-tree.js";

// Every way in starts its session through `openSession`, which takes only a login that has passed its checks. With every
// item in the tree, nothing else may write one.

describe.each(["sqlite", "postgres"] as const)("with every item and %s", (database) => {
  let app: ComposedApp;
  let sources: Map<string, string>;

  beforeAll(async () => {
    const names = readRegistry(repo).items.map(({ name }) => name);
    app = await composeApp({ database, items: names });
    sources = await sourcesOf(join(app.dir, "src"));
  });
  afterAll(() => app.remove());

  /** The files in which it stands, each as often as it does. */
  const placesOf = (pattern: RegExp): string[] =>
    [...sources].flatMap(([path, text]) => [...text.matchAll(pattern)].map(() => path)).sort();

  test("one function of the store inserts sessions, and keeps that to itself", () => {
    expect(placesOf(/\.insert\(\s*sessions\b/g)).toEqual(["auth/store.ts"]);
    expect(placesOf(/insert\s+into\s+(\$\{\s*sessions\b|["`]?(auth_)?sessions\b)/gi)).toEqual([]);
    const renamed = placesOf(/\bsessions\s+as\s+\w+|\* as \w+ from "[^"]*schema\/auth\.js"/g);
    expect(renamed.filter((path) => !path.startsWith("db/migrations/"))).toEqual([]);
    const [before = ""] = (sources.get("auth/store.ts") ?? "").split(/\.insert\(\s*sessions\b/);
    expect(before.match(/^(export )?(async )?function \w+/gm)?.at(-1)).toBe("async function startSession");
  });

  test("one line of the accounts calls it", () => {
    expect(placesOf(/\binsertSession\b/g)).toEqual(["auth/accounts.ts", "auth/store.ts"]);
    expect(placesOf(/\bawait startSession\(/g)).toEqual(["auth/store.ts"]);
    const openSession = /export async function openSession\([\s\S]*?\n}\n/.exec(sources.get("auth/accounts.ts") ?? "");
    expect(openSession?.[0]).toContain("store.insertSession(");
  });
});

async function sourcesOf(root: string): Promise<Map<string, string>> {
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const read = async (name: string): Promise<[string, string]> => [
    name.replaceAll("\\", "/"),
    await readFile(join(root, name), "utf8"),
  ];
  return new Map(await Promise.all(names.map(read)));
}
