import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { afterAll } from "vitest";
import { edit } from "./releases.js";
import { repo } from "./template-tree.js";

const base = "templates/auth-basic/base/src";

/** Two small items that build on auth-basic, and share a package, a key and a line of .gitignore. */
const items = [
  item("badge", {
    appends: [
      append("authenticators", "badge", "middleware/badge.ts"),
      append("closers", "closeBadges", "middleware/badge.ts"),
      append("migrations", "badges", "db/migrations/0900-badges.ts"),
    ],
    packages: { bowser: { range: "^2.15.0" }, zod: { range: "^4.0.0", accepts: "^4.0.0", alias: true } },
    env: [
      { name: "BADGE_KEY", value: "secret", comment: "Signs badges" },
      { name: "SHARED_KEY", value: "secret", comment: "Of both" },
    ],
    scripts: { "badge:print": "node {src}/middleware/badge.ts {out}/middleware/badge.js" },
    gitignore: [".env", ".badges/"],
    nextSteps: ["Show a badge at {mount}/badge"],
  }),
  item("echo", {
    appends: [append("eventSinks", "echo", "auth/echo.ts"), append("closers", "closeEcho", "auth/echo.ts")],
    packages: { bowser: { range: "^2.15.0" } },
    env: [{ name: "SHARED_KEY", value: "secret", comment: "Of both" }],
    gitignore: [".badges/"],
  }),
];

const texts: Readonly<Record<string, string>> = {
  "badge/base/src/middleware/badge.ts":
    'import bowser from "bowser";\nimport type { Auth } from "./authenticators.js";\n\n' +
    "export async function badge(): Promise<Auth | null> {\n  return bowser ? null : null;\n}\n\n" +
    "export function closeBadges(): void {}\n",
  "badge/base/src/db/migrations/0900-badges.ts":
    'import type { Migration } from "./migration.js";\n\n' +
    'export const badges: Migration = { id: "0900-badges", statements: ["CREATE TABLE badges (id text)"] };\n',
  "badge/base/test/badge.test.ts": 'import { test } from "vitest";\n\ntest("badge", () => {});\n',
  "echo/base/src/auth/echo.ts":
    'import bowser from "bowser";\n\nexport function echo(): void {\n  void bowser;\n}\n\n' +
    "export function closeEcho(): void {}\n",
};

/** A package with auth-basic and the two, and a later version of it: lists that have changed, an entry that is new, one that is gone. */
export async function makeAddOnReleases(): Promise<{ first: string; second: string }> {
  const [first, second] = [await makePackage(), await makePackage()];
  await edit(second, "registry.json", (text) => {
    const registry = JSON.parse(text);
    const [basic, badge] = registry.items;
    basic.version = badge.version = "0.2.0";
    basic.renames = { "src/auth/close.ts": "src/auth/ends/close.ts" };
    badge.renames = { "src/middleware/badge.ts": "src/middleware/badges/badge.ts" };
    const to = "middleware/badges/badge.ts";
    badge.appends = [
      append("authenticators", "badge", to),
      append("eventSinks", "seen", to),
      append("migrations", "badges", "db/migrations/0900-badges.ts"),
    ];
    basic.lists.closers = "src/auth/ends/close.ts";
    return JSON.stringify(registry);
  });
  await fs.move(join(second, base, "auth/close.ts"), join(second, base, "auth/ends/close.ts"));
  await edit(second, `${base}/auth/commands.ts`, (text) => text.replace('"./close.js"', '"./ends/close.js"'));
  await edit(second, `${base}/auth/ends/close.ts`, (text) =>
    text.replaceAll('"./', '"../').replace('"../db/', '"../../db/'),
  );
  const folder = join(second, "templates/auth-basic/base");
  for (const path of (await fs.readdir(folder, { recursive: true })).map(String)) {
    if (!path.endsWith(".ts")) continue;
    const text = await fs.readFile(join(folder, path), "utf8");
    await fs.writeFile(join(folder, path), text.replaceAll("auth/close.js", "auth/ends/close.js"));
  }
  await edit(second, `${base}/middleware/authenticators.ts`, (text) =>
    text
      .replace("[bearerToken]", "[bearerToken, nobody]")
      .replace("/** Everything", "const nobody: Authenticator = async () => null;\n\n/** Everything"),
  );
  const moved = join(second, "templates/badge/base/src/middleware/badges/badge.ts");
  await fs.move(join(second, "templates/badge/base/src/middleware/badge.ts"), moved);
  await edit(second, "templates/badge/base/src/middleware/badges/badge.ts", (text) =>
    text.replace('"./auth', '"../auth').replace("closeBadges", "seen"),
  );
  return { first, second };
}

/** The package as it is now: nobody edits a template between two commands of a test. */
export async function copyPackage(): Promise<string> {
  const folder = await emptyFolder();
  for (const name of ["registry.json", "templates"]) await fs.copy(join(repo, name), join(folder, name));
  return folder;
}

async function emptyFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "authwright-add-ons-")));
  afterAll(() => fs.remove(folder));
  return folder;
}

async function makePackage(): Promise<string> {
  const folder = await emptyFolder();
  await fs.copy(join(repo, "templates/auth-basic"), join(folder, "templates/auth-basic"));
  const registry = await fs.readJson(join(repo, "registry.json"));
  const [basic] = registry.items;
  // Nothing that a choice of auth-basic brings is here.
  delete basic.choices.login.values.email.brings;
  await fs.writeJson(join(folder, "registry.json"), { ...registry, items: [basic, ...items] });
  for (const [path, text] of Object.entries(texts)) await fs.outputFile(join(folder, "templates", path), text);
  return folder;
}

function item(name: string, parts: object) {
  const empty = { choices: {}, mount: null, packages: {}, devPackages: {}, env: [], scripts: {}, nextSteps: [] };
  return { name, version: "0.1.0", title: name, description: name, requires: ["auth-basic"], ...empty, ...parts };
}

function append(list: string, entry: string, from: string) {
  return { list, entry, from: `src/${from}` };
}
