import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { seamLists } from "../../scripts/figures/lists.js";
import { folderOf, wrongImports } from "../../scripts/figures/user-folders.js";
import { composeApp } from "../support/compose.js";
import { entryModules } from "../support/entry-modules.js";
import { circles, type Module, readModules, unreached } from "../support/import-graph.js";
import { type ItemJson, listedEntries, readItems } from "../support/registry-json.js";
import { repo } from "../support/template-tree.js";

/** The story of src/auth: each imports only from rows below its own. */
const story: readonly (readonly string[])[] = [
  ["commands"],
  ["close", "purge"],
  ["accounts"],
  ["sessions", "throttle"],
  ["revocations"],
  ["clocks"],
  ["store"],
  ["purge-store"],
  ["passwords", "password-checks", "access-token", "refresh-token"],
  ["input"],
  ["user-fields"],
  ["bcrypt-queue", "client-network"],
];

/** What a migration works on. */
const typesFromAbove = ["src/db/migrate -> src/db/client"];

const items = readItems();
const base = items.find(({ name }) => name === "auth-basic");
const addOns = items.filter((item) => item !== base);

for (const item of items) {
  for (const folder of foldersOf(item)) {
    test(`imports of ${item.name}/${folder} go from folder to folder one way`, async () => {
      for (const module of await sources(item.name, folder)) {
        const found = module.imports.map(({ target }) => target);
        expect(found).toHaveLength(module.text.match(/\bfrom "\.|\bimport\(?"\./g)?.length ?? 0);
        const wrong = wrongImports(module);
        expect(wrong, `${module.path} imports`).toEqual([]);
      }
    });
  }
}

test("base imports only its own files, and in them goes from the story to its means", async () => {
  for (const modules of await baseTrees()) {
    const own = new Set(modules.map(({ path }) => path));
    const lists = new Set(seamLists(modules).map(({ module }) => module));
    for (const { path, imports } of modules) {
      for (const { target, typesOnly } of imports) {
        expect(own.has(target), `${path} imports ${target}`).toBe(true);
        if (typesOnly && lists.has(target)) continue;
        const [from, to] = [storyRow(path), storyRow(target)];
        if (from !== -1 && to !== -1) expect(to, `${path} imports ${target}`).toBeGreaterThan(from);
      }
    }
  }
});

test("in base not even types go in a circle, but from an entry to its list", async () => {
  for (const modules of await baseTrees()) {
    const lists = new Set(seamLists(modules).map(({ module }) => module));
    const counted = modules.map(({ path, text, imports }) => ({
      path,
      text,
      imports: imports
        .filter(({ target, typesOnly }) => !typesOnly || !isExempt(path, target, lists))
        .map((one) => ({ ...one, typesOnly: false })),
    }));
    expect(circles(counted)).toEqual([]);
  }
});

test("an add-on imports only base, itself and the items that it requires or comes with", async () => {
  const owners = await moduleOwners();
  for (const item of addOns) {
    const known = withRequirements(item);
    for (const { path, imports } of await everySource(item)) {
      for (const { target } of imports) {
        const owner = owners.get(target);
        expect(known, `${path} of ${item.name} imports ${target} of ${owner}`).toContain(owner);
      }
    }
  }
});

test("what an add-on has in src/auth is in a folder of its own", async () => {
  expect((await everySource(base)).filter(({ path }) => folderOf(path) === "src/auth/<add-on>")).toEqual([]);
  for (const item of addOns) {
    const beside = (await everySource(item)).map(({ path }) => path).filter((path) => /^src\/auth\/[^/]+$/.test(path));
    expect(beside, item.name).toEqual([]);
  }
});

test("base names no add-on, no folder and no entry of one", async () => {
  const entries = listedEntries().map(({ entry }) => entry);
  const folders = (await addOnFolders()).map((folder) => `auth/${folder}/`);
  const names = [...addOns.map(({ name }) => name), ...entries, ...folders];
  const naming = new RegExp(`(?<![\\w-])(${names.join("|")})(?![\\w-])`);
  const root = join(repo, "templates/auth-basic");
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile()))
    expect(await readFile(join(file.parentPath, file.name), "utf8"), file.name).not.toMatch(naming);
});

for (const database of ["sqlite", "postgres"] as const) {
  test(`with every item in the tree on ${database} no import goes in a circle, types left aside`, async () => {
    expect(circles(await composed(database, addOns))).toEqual([]);
  });

  test(`with every item in the tree on ${database}, base imports of add-ons what became an entry of a list`, async () => {
    const owners = await moduleOwners();
    const entries = listedEntries().map(({ file, from }) => `${file} -> ${from}`);
    for (const { path, imports } of await composed(database, addOns)) {
      if (owners.get(path) !== "auth-basic") continue;
      const foreign = imports.filter(({ target }) => owners.get(target) !== "auth-basic");
      for (const { target } of foreign) expect(entries).toContain(`${path} -> ${target}`);
    }
  });

  for (const [tree, installed] of [
    ["auth-basic alone", []],
    ["every item", addOns],
  ] as const) {
    test(`with ${tree} on ${database}, every module is reached from the router, the guards or the commands`, async () => {
      const names = ["auth-basic", ...installed.map(({ name }) => name)];
      const entries = readRegistry(repo)
        .items.filter(({ name }) => names.includes(name))
        .flatMap(entryModules);
      expect(entries).toEqual(expect.arrayContaining(["src/routes/auth", "src/middleware/jwt", "src/auth/commands"]));
      const idle = unreached(await composed(database, installed), entries);
      expect(idle.map(({ path }) => path)).toEqual([]);
    });
  }
}

test("requests and replies stop at routes and middleware", async () => {
  for (const { path, text } of await everySource(base)) {
    if (/^src\/(routes|middleware)\//.test(path)) continue;
    // A claim has a name on `req.auth`; code that had a request would name it in other places too.
    expect(text.replaceAll("req.auth", ""), path).not.toMatch(/from "express"|\breq\b|\bres\b/);
  }
});

test("an add-on knows requests in routes, middleware and its own routers and middleware, which hold no SQL", async () => {
  for (const item of addOns) {
    for (const { path, text } of await everySource(item)) {
      if (/^src\/(routes|middleware)\//.test(path) || !text.includes('from "express"')) continue;
      expect(folderOf(path), `${path} imports express`).toBe("src/auth/<add-on>");
      expect(text, path).not.toMatch(/from "drizzle-orm|from "(\.\.\/)+db\//);
    }
  }
});

test("SQL stands in the store and the database's own files, and hashing and signing in theirs", async () => {
  for (const { path, text } of await everySource(base)) {
    const inFolder = (folder: string): boolean => path.startsWith(folder);
    if (!/^src\/auth\/(purge-)?store$/.test(path) && !inFolder("src/db/"))
      expect(text, path).not.toMatch(/^import (?!type ).*from "drizzle-orm/m);
    if (path !== "src/auth/passwords") expect(text, path).not.toMatch(/from "bcrypt"/);
    if (path !== "src/auth/access-token-signers") expect(text, path).not.toMatch(/from "jsonwebtoken"/);
    if (inFolder("src/routes/") || path === "src/auth/accounts")
      expect(text, path).not.toMatch(/from "\.\.?\/(db|.*refresh-token|.*access-token)/);
  }
});

function storyRow(path: string): number {
  return story.findIndex((row) => row.some((name) => path === `src/auth/${name}`));
}

function isExempt(path: string, target: string, lists: ReadonlySet<string>): boolean {
  return lists.has(target) || typesFromAbove.includes(`${path} -> ${target}`);
}

/** "base", and one for each value of each choice. */
function foldersOf({ choices = {} }: ItemJson): string[] {
  const values = Object.entries(choices).flatMap(([name, choice]) =>
    Object.keys(choice.values).map((value) => `${name}/${value}`),
  );
  return ["base", ...values];
}

function sources(item: string, folder: string): Promise<Module[]> {
  const root = join(repo, "templates", item, folder);
  return existsSync(join(root, "src")) ? readModules(root) : Promise.resolve([]);
}

async function everySource(item: ItemJson | undefined): Promise<Module[]> {
  if (!item) throw new Error("registry.json lacks an item that this test needs");
  return (await Promise.all(foldersOf(item).map((folder) => sources(item.name, folder)))).flat();
}

/** Base with each value of each choice: those of one choice are taken by their place, so that every value is in a tree. */
async function baseTrees(): Promise<Module[][]> {
  const choices = Object.entries(base?.choices ?? {}).map(([name, { values }]) =>
    Object.keys(values).map((value) => `${name}/${value}`),
  );
  const trees = Math.max(...choices.map(({ length }) => length));
  const foldersAt = (at: number) => ["base", ...choices.map((values) => values[at % values.length]!)];
  return Promise.all(
    Array.from({ length: trees }, async (_, at) =>
      (await Promise.all(foldersAt(at).map((folder) => sources("auth-basic", folder)))).flat(),
    ),
  );
}

/** Module -> the item that brings it. */
async function moduleOwners(): Promise<Map<string, string>> {
  const owned = await Promise.all(
    items.map(async (item) => (await everySource(item)).map(({ path }) => [path, item.name] as const)),
  );
  return new Map(owned.flat());
}

/** The names of the item, of those that it requires or comes with, and of theirs. */
function withRequirements(item: ItemJson): string[] {
  const direct = [...(item.requires ?? []), ...(item.comesWith ?? [])];
  return [item.name, ...direct.flatMap((name) => withRequirements(items.find((one) => one.name === name)!))];
}

async function addOnFolders(): Promise<string[]> {
  const modules = (await Promise.all(addOns.map(everySource))).flat();
  return [...new Set(modules.flatMap(({ path }) => /^src\/auth\/([^/]+)\/./.exec(path)?.[1] ?? []))];
}

async function composed(database: "sqlite" | "postgres", installed: readonly ItemJson[]): Promise<Module[]> {
  const app = await composeApp({ database, items: installed.map(({ name }) => name) });
  try {
    return await readModules(app.dir);
  } finally {
    await app.remove();
  }
}
