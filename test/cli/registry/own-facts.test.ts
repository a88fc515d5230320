import { randomBytes } from "node:crypto";
import { join } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { doctor } from "../../../cli/commands/doctor.js";
import { remove } from "../../../cli/commands/remove.js";
import { update } from "../../../cli/commands/update.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { changeItem, writeCatalogueWithFacts } from "../../support/company-catalogue.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { edit } from "../../support/releases.js";

const own = packageRoot();
const factsPath = "templates/audit-log/facts.json";
const json = { json: true } as const;

let original: string;
let company: string;
beforeAll(async () => {
  company = await writeCatalogueWithFacts();
  const project = await useFixture("nodenext-esm");
  original = project.dir;
  const added = await runCommand(() => add(["audit-log"], { registry: company }, contextFor(own, original)));
  expect(added).toMatchObject({ code: 0, error: "" });
});

/** The project with both items in it, to break something in. */
async function copied(): Promise<Fixture> {
  const copy = await useFixture("no-json-parser");
  await fs.emptyDir(copy.dir);
  await fs.copy(original, copy.dir);
  return copy;
}

/** What is found there, but that nothing speaks HTTPS. */
async function findingsIn(dir: string): Promise<string[]> {
  const { stdout } = await runCommand(() => doctor({ offline: true }, contextFor(own, dir, json)));
  const { findings } = JSON.parse(stdout) as { findings: Record<string, string>[] };
  return findings
    .filter(({ check }) => check !== "plain-http")
    .map(({ check, level, file, line, what }) => `${level} ${check} ${file}:${line} ${what}`);
}

const strong = () => randomBytes(32).toString("base64url");
const line = (text: string, word: string) => text.slice(0, text.indexOf(word)).split("\n").length;
const guarded = (handlers: string) =>
  'import { Router } from "express";\nimport { audited } from "../audit/guard.js";\nexport const files = Router();\n' +
  `files.post("/", audited, (_req, res) => res.end());\nfiles.delete("/:id", ${handlers}(_req, res) => res.end());\n`;

describe("an item of a second catalogue that says something of itself", () => {
  test("is sound as it is added, and its file of facts is not copied", async () => {
    const { dir, read } = await copied();
    expect(await findingsIn(dir)).toEqual([]);
    expect(await fs.pathExists(join(dir, "facts.json"))).toBe(false);
    const { items } = JSON.parse(await read("authwright.json"));
    expect(items["audit-log"].facts.guards).toEqual({ exports: { audited: "src/audit/guard.ts" } });
    expect(items["auth-basic"].facts).toBeUndefined();
  });

  test("a protection of it that an edit takes out is found with its line, with the catalogue gone too", async () => {
    const { dir, read, write } = await copied();
    const text = await read("src/audit/log.ts");
    await write("src/audit/log.ts", text.replace('createHmac("sha256", key).update(address)', "Buffer.from(address)"));
    await fs.move(company, `${company}-away`);
    try {
      expect(await findingsIn(dir)).toEqual([
        `unsafe lost-protection src/audit/log.ts:${line(text, "createHmac(")} your edit has taken out the hash of addresses`,
      ]);
    } finally {
      await fs.move(`${company}-away`, company);
    }
  });

  test("a secret of it that is short, or the same as another, is found with its line", async () => {
    const { dir, read, write } = await copied();
    const env = await read(".env");
    const at = line(env, "AUDIT_KEY=");
    await write(".env", env.replace(/^AUDIT_KEY=.*$/m, "AUDIT_KEY=q7Zk1mW9xT4bN8vR"));
    expect(await findingsIn(dir)).toEqual([`unsafe weak-secret .env:${at} AUDIT_KEY is shorter than 32 bytes`]);
    const twin = strong();
    await write(".env", env.replace(/^(AUDIT_KEY|JWT_SECRET_KEY)=.*$/gm, `$1=${twin}`));
    expect(await findingsIn(dir)).toEqual([
      `unsafe weak-secret .env:${line(env, "JWT_SECRET_KEY=")} JWT_SECRET_KEY is the same as AUDIT_KEY`,
    ]);
  });

  test("a secret of it in the code, in a build or in a deployment is found with its line", async () => {
    const { dir, read, write } = await copied();
    const value = /^AUDIT_KEY=(.*)$/m.exec(await read(".env"))![1]!;
    await write("src/key.ts", 'export const key = process.env.AUDIT_KEY ?? "dev";\n');
    await write("src/pasted.ts", `\nexport const pasted = "${value}";\n`);
    await write("dist/bundle.js", `const key = "${value}";\n`);
    await write("compose.yml", `services:\n  api:\n    environment:\n      AUDIT_KEY: ${strong()}\n`);
    expect(await findingsIn(dir)).toEqual([
      "unsafe weak-secret src/key.ts:1 AUDIT_KEY has a default in the code",
      "unsafe committed-secret src/pasted.ts:2 the value of AUDIT_KEY stands in the source",
      "unsafe committed-secret compose.yml:4 AUDIT_KEY has its value in the file",
      "unsafe secret-in-build dist/bundle.js:1 the value of AUDIT_KEY is in the build",
    ]);
  });

  test("a guard of it that a route lacks, and one that opens when it fails, are found", async () => {
    const { dir, write } = await copied();
    await write("src/files/files.ts", guarded(""));
    await write("src/files/more.ts", guarded("audited, "));
    await write(
      "src/soft.ts",
      'import { audited } from "./audit/guard.js";\nexport const soft = (req, res, next) => {\n' +
        "  try {\n    audited(req, res, () => {});\n  } catch {\n    next();\n  }\n};\n",
    );
    expect(await findingsIn(dir)).toEqual([
      "warning open-on-error src/soft.ts:5 a request passes when the look at who sends it fails",
      "hint missing-guard src/files/files.ts:5 DELETE /:id has no audited, other routes of this file have it",
    ]);
  });

  test("an installed route of it that came with its guard and lost it is found with its line", async () => {
    const other = await writeCatalogueWithFacts();
    await edit(other, "templates/audit-log/base/src/routes/audit.ts", (text) =>
      text
        .replace('"/", protectedRoute,', '"/", protectedRoute, audited,')
        .replace("import express", 'import { audited } from "../audit/guard.js";\nimport express'),
    );
    const project = await useFixture("nodenext-esm");
    await runCommand(() => add(["audit-log"], { registry: other }, contextFor(own, project.dir)));
    expect(await findingsIn(project.dir)).toEqual([]);
    await edit(project.dir, "src/routes/audit.ts", (text) =>
      text.replace("protectedRoute, audited,", "protectedRoute,"),
    );
    const at = line(await project.read("src/routes/audit.ts"), 'auditRouter.get("/"');
    expect(await findingsIn(project.dir)).toEqual([
      `unsafe lost-protection src/routes/audit.ts:${at} GET / has lost audited`,
    ]);
  });

  test("a switch of it that is off is found where it is deployed", async () => {
    const { dir, write } = await copied();
    await write("compose.yml", "services:\n  api:\n    environment:\n      AUDIT: off\n");
    expect(await findingsIn(dir)).toEqual(["unsafe audit-off compose.yml:4 nothing is written to the audit log"]);
  });
});

test("facts come with an item whose files registry.json lists with their texts, as at a URL", async () => {
  const other = await writeCatalogueWithFacts();
  const folder = join(other, "templates/audit-log");
  const paths = (await fs.readdir(folder, { recursive: true, encoding: "utf8" })).filter((path) => /\.\w+$/.test(path));
  const files = await Promise.all(
    paths.map(async (path) => ({ path, content: await fs.readFile(join(folder, path), "utf8") })),
  );
  await changeItem(other, (item) => {
    item.files = files;
  });
  await fs.remove(folder);
  const project = await useFixture("nodenext-esm");
  const added = await runCommand(() => add(["audit-log"], { registry: other }, contextFor(own, project.dir)));
  expect(added).toMatchObject({ code: 0, error: "" });
  const { items } = JSON.parse(await project.read("authwright.json"));
  const { $schema: _, ...facts } = JSON.parse(files.find(({ path }) => path === "facts.json")!.content);
  expect(items["audit-log"].facts).toEqual(facts);
});

test("a choice of such an item is decided by what the project has, and a flag wins over that", async () => {
  const other = await writeCatalogueWithFacts();
  await changeItem(other, ({ choices: { retention } }) => {
    retention.chosenBy = { variables: ["AUDIT_URL"], otherwise: "no store for more" };
    retention.values.long.chosenBy = { addresses: ["redis"], as: "a Redis address", packages: ["ioredis"] };
  });
  const adding = async (project: Fixture, flags: Record<string, string> = {}) => {
    await runCommand(() => add(["audit-log"], { registry: other, ...flags }, contextFor(own, project.dir)));
    return JSON.parse(await project.read("authwright.json")).items["audit-log"].choices.retention;
  };
  expect(await adding(await useFixture("nodenext-esm"))).toBe("short");
  const [url, package_, flagged] = [
    await useFixture("nodenext-esm"),
    await useFixture("nodenext-esm"),
    await useFixture("nodenext-esm"),
  ];
  await url.write(".env", "AUDIT_URL=redis://localhost:6379\n");
  expect(await adding(url)).toBe("long");
  expect(await adding(url)).toBe("long");
  for (const { dir } of [package_, flagged])
    await edit(dir, "package.json", (text) => text.replace('"express":', '"ioredis": "^5.0.0",\n    "express":'));
  expect(await adding(package_)).toBe("long");
  expect(await adding(flagged, { retention: "short" })).toBe("short");
});

describe("the secret of such an item", () => {
  const removed = (dir: string, purge = false) =>
    runCommand(() => remove("audit-log", { purge }, contextFor(own, dir)));

  test("goes with it where no database is there, and stays with one, until --purge", async () => {
    const empty = await copied();
    expect(await removed(empty.dir)).toMatchObject({ code: 0 });
    expect(await empty.read(".env")).not.toContain("AUDIT_KEY");

    const kept = await copied();
    await kept.write(".data/auth.db", "SQLite format 3\u0000");
    const before = /^AUDIT_KEY=.*$/m.exec(await kept.read(".env"))![0];
    const { stdout } = await removed(kept.dir);
    expect(stdout).toContain("what audit-log has in .data/auth.db can't be used without it; --purge takes it away");
    expect(await kept.read(".env")).toContain(before);

    const purged = await copied();
    await purged.write(".data/auth.db", "SQLite format 3\u0000");
    expect(await removed(purged.dir, true)).toMatchObject({ code: 0 });
    expect(await purged.read(".env")).not.toContain("AUDIT_KEY");
  });

  test("is never made anew by an update that brings other facts, which count from then on", async () => {
    const other = await writeCatalogueWithFacts();
    const project = await useFixture("nodenext-esm");
    await runCommand(() => add(["audit-log"], { registry: other }, contextFor(own, project.dir)));
    const before = await project.read(".env");
    await changeItem(other, (item) => {
      item.version = "1.1.0";
    });
    await edit(other, factsPath, (text) => text.replace('"least": 32', '"least": 64'));
    const flags = { acceptRegistryChange: true };
    const updated = await runCommand(() => update("audit-log", flags, contextFor(own, project.dir)));
    expect(updated).toMatchObject({ code: 0, error: "" });
    expect(await project.read(".env")).toBe(before);
    expect(await findingsIn(project.dir)).toEqual([
      `unsafe weak-secret .env:${line(before, "AUDIT_KEY=")} AUDIT_KEY is shorter than 64 bytes`,
    ]);
  });

  test("that registry.json alone makes is looked after too", async () => {
    const other = await writeCatalogueWithFacts();
    await fs.remove(join(other, factsPath));
    const project = await useFixture("nodenext-esm");
    await runCommand(() => add(["audit-log"], { registry: other }, contextFor(own, project.dir)));
    await edit(project.dir, ".env", (text) => text.replace(/^AUDIT_KEY=.*$/m, "AUDIT_KEY=abcdefgh"));
    const at = line(await project.read(".env"), "AUDIT_KEY=");
    expect(await findingsIn(project.dir)).toEqual([`unsafe weak-secret .env:${at} AUDIT_KEY is shorter than 16 bytes`]);
  });
});

describe("facts that can't be", () => {
  test.each([
    [
      "a file that the item does not have",
      (text: string) => text.replace("audit/log.ts", "audit/lag.ts"),
      "is no file of it",
    ],
    ["code that is not there", (text: string) => text.replace("createHmac(", "createHash("), "has no createHash("],
    ["a guard that is no export", (text: string) => text.replace('"audited"', '"auditor"'), "does not export auditor"],
    ["a file outside of the source", (text: string) => text.replace("src/audit/log.ts", "../.env"), "not allowed"],
    ["a member that nobody knows", (text: string) => text.replace('"guards"', '"run"'), "unrecognized_keys"],
    ["no JSON", () => "{", "no valid JSON"],
    [
      "a sentence that moves the cursor",
      (text: string) => text.replace("it can be found", "\\u001b[2J"),
      "not allowed",
    ],
  ])("%s: nothing is written, and it is said", async (_, change, words) => {
    const other = await writeCatalogueWithFacts();
    await edit(other, factsPath, change);
    const project = await useFixture("nodenext-esm");
    const outcome = await runCommand(() => add(["audit-log"], { registry: other }, contextFor(own, project.dir)));
    expect(outcome.code).toBe(2);
    expect(outcome.error).toContain(words);
    expect(await fs.pathExists(join(project.dir, "authwright.json"))).toBe(false);
  });

  test("one byte of them that changed is a change of the item", async () => {
    const other = await writeCatalogueWithFacts();
    const project = await useFixture("nodenext-esm");
    await runCommand(() => add(["audit-log"], { registry: other }, contextFor(own, project.dir)));
    await edit(other, factsPath, (text) => `${text} `);
    const outcome = await runCommand(() => update("audit-log", {}, contextFor(own, project.dir)));
    expect(outcome).toMatchObject({ code: 2, error: expect.stringContaining("has changed without a new version") });
  });
});
