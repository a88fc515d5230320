import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { composeApp } from "../support/compose.js";
import { repo } from "../support/template-tree.js";

/** Each module imports only from rows below its own: routes -> accounts -> sessions -> tokens, passwords -> store -> db. */
const layers: readonly (readonly string[])[] = [
  ["src/auth/operations"],
  ["src/auth/basic-operations"],
  ["src/auth/output"],
  ["src/auth/commands"],
  ["src/auth/purge"],
  ["src/auth/purges"],
  ["src/auth/session-purge"],
  ["src/routes/auth"],
  ["src/routes/add-on-routers", "src/middleware/answer"],
  ["src/middleware/jwt", "src/middleware/session-carriers"],
  ["src/middleware/authenticators"],
  ["src/middleware/bearer-token", "src/middleware/problem", "src/middleware/json-body"],
  ["src/middleware/client", "src/auth/close"],
  ["src/auth/accounts"],
  [
    "src/auth/sessions",
    "src/auth/account-removals",
    "src/auth/login-checks",
    "src/auth/password-resets",
    "src/auth/session-starts",
    "src/auth/profile-changes",
    "src/auth/throttle",
  ],
  ["src/auth/revocations"],
  ["src/auth/store", "src/auth/purge-store"],
  ["src/auth/hooks"],
  ["src/auth/passwords", "src/auth/password-checks", "src/auth/access-token", "src/auth/refresh-token"],
  [
    "src/auth/input",
    "src/auth/username",
    "src/auth/bcrypt-queue",
    "src/auth/common-passwords",
    "src/auth/client-network",
    "src/auth/batches",
    "src/auth/worker",
  ],
  ["src/db/limiter-store"],
  ["src/db/client"],
  ["src/db/migrate", "src/db/failure"],
  ["src/db/migrations/index"],
  ["src/db/migrations/0001-auth"],
  ["src/db/migrations/migration", "src/db/limiter-table"],
  ["src/db/schema/auth", "src/db/schema/auth-limits"],
  ["src/db/columns", "src/db/index-name", "src/auth/config", "src/auth/events"],
  ["src/auth/environment", "src/auth/json-lines"],
  ["src/auth/errors"],
  ["src/auth/error-table"],
  ["src/auth/credential-errors", "src/auth/at-most"],
];

/** Types only, from the row above: what a list's entries are, and what a migration works on. */
const typesFromAbove = [
  "src/auth/basic-operations -> src/auth/operations",
  "src/middleware/bearer-token -> src/middleware/authenticators",
  "src/auth/session-purge -> src/auth/purges",
  "src/auth/json-lines -> src/auth/events",
  "src/auth/hooks -> src/auth/store",
  "src/db/migrate -> src/db/client",
];

for (const folder of ["base", "database/sqlite", "database/postgres", "errors/rfc", "errors/auth-basic"]) {
  test(`imports of ${folder} point one way, and name every module of it`, async () => {
    for (const { path, text } of await sources(folder)) {
      const row = rowOf(path);
      expect(row, `${path} has no place in the table of this test`).not.toBe(-1);
      const found = importsOf(path, text);
      expect(found).toHaveLength(text.match(/\bfrom "\.|\bimport\(?"\./g)?.length ?? 0);
      for (const { target, typesOnly } of found) {
        if (typesOnly && typesFromAbove.includes(`${path} -> ${target}`)) continue;
        expect(rowOf(target), `${path} imports ${target}`).toBeGreaterThan(row);
      }
    }
  });
}

test("with every add-on in the tree no import goes in a circle, types left aside", async () => {
  const addOns = readRegistry(repo).items.filter(({ requires }) => requires.length > 0);
  for (const database of ["sqlite", "postgres"] as const) {
    const app = await composeApp({ database, items: addOns.map(({ name }) => name) });
    try {
      const files = await sourcesIn(app.dir);
      const imports = new Map(
        files.map(({ path, text }) => [
          path,
          importsOf(path, text).flatMap((one) => (one.typesOnly ? [] : one.target)),
        ]),
      );
      for (const path of imports.keys()) expect(circleFrom(path, imports), path).toBeNull();
    } finally {
      await app.remove();
    }
  }
});

test("requests and replies stop at routes and middleware", async () => {
  for (const { path, text } of await sources("base")) {
    if (/^src\/(routes|middleware)\//.test(path)) continue;
    expect(text, path).not.toMatch(/from "express"|\breq\b|\bres\b/);
  }
});

test("SQL stands in the store and the database's own files, and hashing and signing in theirs", async () => {
  for (const { path, text } of await sources("base")) {
    const inFolder = (folder: string): boolean => path.startsWith(folder);
    if (!/^src\/auth\/(purge-)?store$/.test(path) && !inFolder("src/db/"))
      expect(text, path).not.toMatch(/from "drizzle-orm/);
    if (path !== "src/auth/passwords") expect(text, path).not.toMatch(/from "bcrypt"/);
    if (path !== "src/auth/access-token") expect(text, path).not.toMatch(/from "jsonwebtoken"/);
    if (inFolder("src/routes/") || path === "src/auth/accounts")
      expect(text, path).not.toMatch(/from "\.\.?\/(db|.*refresh-token|.*access-token)/);
  }
});

interface Source {
  /** Without its extension. */
  readonly path: string;
  readonly text: string;
}

/** The way from a module back to itself, or null. */
function circleFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): string | null {
  const seen = new Set<string>();
  const visit = (path: string, way: readonly string[]): string | null => {
    for (const target of imports.get(path) ?? []) {
      if (target === start) return [...way, target].join(" -> ");
      if (seen.has(target)) continue;
      seen.add(target);
      const found = visit(target, [...way, target]);
      if (found) return found;
    }
    return null;
  };
  return visit(start, [start]);
}

function sources(folder: string): Promise<Source[]> {
  return sourcesIn(join(repo, "templates/auth-basic", folder));
}

async function sourcesIn(root: string): Promise<Source[]> {
  const names = await readdir(join(root, "src"), { recursive: true });
  return Promise.all(
    names
      .filter((name) => name.endsWith(".ts"))
      .map(async (name) => ({
        path: posix.join("src", name.replaceAll("\\", "/").replace(/\.ts$/, "")),
        text: await readFile(join(root, "src", name), "utf8"),
      })),
  );
}

function importsOf(path: string, text: string): { target: string; typesOnly: boolean }[] {
  return [...text.matchAll(/^(?:import|export)\s(type\s)?[^;]*?from "(\.[^"]+)\.js";/gms)].map(
    ([, typesOnly, specifier = ""]) => ({
      target: posix.join(posix.dirname(path), specifier),
      typesOnly: typesOnly !== undefined,
    }),
  );
}

function rowOf(path: string): number {
  return layers.findIndex((row) => row.includes(path));
}
