import { mkdtemp, readFile, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const base = "templates/auth-basic/base";

/** Two packages to install from: today's, with two more files, and a later version with changes of every kind. */
export interface Releases {
  readonly first: string;
  readonly second: string;
}

/** Makes the two packages in temporary folders. */
export async function makeReleases(): Promise<Releases> {
  const [first, second] = [await copyPackage(), await copyPackage()];
  await outputText(first, `${base}/src/auth/clock.ts`, clock);
  await outputText(first, `${base}/src/auth/legacy.ts`, 'export const legacy = "to be dropped";\n');
  await makeSecond(second);
  return { first, second };
}

const clock = `/** The time, in seconds. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** The time, in minutes. */
export function nowMinutes(): number {
  return Math.floor(nowSeconds() / 60);
}
`;

async function makeSecond(folder: string): Promise<void> {
  await edit(folder, "registry.json", (text) => {
    const registry = JSON.parse(text);
    const [item] = registry.items;
    item.version = "0.2.0";
    item.renames = { "src/auth/clock.ts": "src/auth/time/now.ts" };
    item.packages.jsonwebtoken = { range: "^9.0.3" };
    item.env.push({ name: "AUTH_AUDIT_KEY", value: "secret", comment: "Signs the audit log" });
    item.scripts["auth:logout-everyone"] = `node --enable-source-maps ${item.scripts["auth:logout-everyone"].slice(5)}`;
    return JSON.stringify(registry, null, 2);
  });
  await outputText(folder, `${base}/src/auth/time/now.ts`, clock.replace("/ 60)", "/ 60) + 0"));
  await outputText(folder, `${base}/src/auth/audit.ts`, 'export const audit = "new in 0.2.0";\n');
  await edit(folder, `${base}/src/auth/sessions.ts`, (text) => `${text}\nexport const sessionsVersion = "0.2.0";\n`);
  await edit(folder, `${base}/src/auth/close.ts`, (text) => `${text}\nexport const closeVersion = "0.2.0";\n`);
  await edit(folder, `${base}/docs/auth/README.md`, (text) => `${text}\nNew in 0.2.0: the audit log.\n`);
  await edit(folder, `${base}/src/db/migrations/index.ts`, (text) =>
    text
      .replace("import type { Migration }", 'import { audit } from "./0002-audit.js";\nimport type { Migration }')
      .replace("[auth]", "[auth, audit]"),
  );
  await outputText(folder, "CHANGELOG.md", changelog);
  for (const database of ["sqlite", "postgres"])
    await outputText(folder, `templates/auth-basic/database/${database}/src/db/migrations/0002-audit.ts`, migration);
}

const changelog = `# Changelog

## 0.2.0

- Item \`auth-basic\` 0.2.0: an audit log.
- Item \`auth-basic\` 0.2.0: Security: a guess of a password
  counts once.
`;

const migration = `import type { Migration } from "./migration.js";

export const audit: Migration = {
  id: "0002-audit",
  statements: ["CREATE TABLE audit (id text PRIMARY KEY NOT NULL)"],
};
`;

async function copyPackage(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "authwright-release-")));
  afterAll(() => fs.remove(folder));
  for (const name of ["registry.json", "templates"]) await fs.copy(join(root, name), join(folder, name));
  return folder;
}

/** Changes one file of a package. */
export async function edit(folder: string, path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(join(folder, path), "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${path} did not change`);
  await writeFile(join(folder, path), after);
}

function outputText(folder: string, path: string, text: string): Promise<void> {
  return fs.outputFile(join(folder, path), text);
}
