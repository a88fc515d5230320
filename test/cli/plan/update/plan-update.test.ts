import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../../../../cli/commands/steps/read-snapshot.js";
import { pathsToRead } from "../../../../cli/plan/input.js";
import type { Plan, Update } from "../../../../cli/plan/plan.js";
import { planUpdate } from "../../../../cli/plan/update/plan-update.js";
import type { ConflictMode } from "../../../../cli/plan/update/update-input.js";
import { readProject } from "../../../../cli/project/read-project.js";
import { readSourceFiles } from "../../../../cli/project/sources/source-files.js";
import { sha256 } from "../../../../cli/record/sha256.js";
import type { RegistryItem } from "../../../../cli/registry/registry.js";
import type { TemplateFile } from "../../../../cli/registry/templates.js";
import { type Fixture, useFiles } from "../../../support/fixture.js";
import { carryOut, door, doorTemplates, planDoor } from "../../../support/planned.js";

const server =
  'import express from "express";\n\nconst app = express();\napp.use(express.json());\napp.listen(3000);\n';

/** A small repo with door 1.0.0 in it. */
async function installed(files: Readonly<Record<string, string>> = {}): Promise<Fixture> {
  const fixture = await useFiles({
    "package.json": `${JSON.stringify({
      name: "house",
      type: "module",
      scripts: { dev: "tsx src/server.ts", build: "tsc", start: "node dist/server.js" },
      dependencies: { express: "^5.1.0" },
      devDependencies: { typescript: "^5.9.3", "@types/express": "^5.0.0" },
    })}\n`,
    "tsconfig.json":
      '{ "compilerOptions": { "module": "nodenext", "rootDir": "src", "outDir": "dist" }, "include": ["src"] }',
    "src/server.ts": server,
    ...files,
  });
  await carryOut(await planDoor(fixture.dir), fixture.dir);
  return fixture;
}

interface Release {
  readonly item?: Partial<RegistryItem>;
  /** Path -> its new text; null takes the file away. */
  readonly files?: Readonly<Record<string, string | null>>;
  readonly mode?: ConflictMode;
}

/** The plan of an update to door 1.1.0. */
async function updating(dir: string, { item = {}, files = {}, mode = "refuse" }: Release = {}): Promise<Update> {
  const project = await readProject(dir, {});
  const { choices, mount, sourceDir, testDir } = project.record!.items["door"]!;
  const templates = new Map(doorTemplates(choices["lock"]!).map((file) => [file.path, file] as const));
  for (const [path, text] of Object.entries(files)) {
    const old: TemplateFile = templates.get(path) ?? { path, template: `door/base/${path}`, text: "" };
    if (text === null) templates.delete(path);
    else templates.set(path, { ...old, text });
  }
  const selection = { item: "door", choices, mount, sourceDir, testDir };
  const parts = [{ item: { ...door, version: "1.1.0", ...item }, selection, templates: [...templates.values()] }];
  const snapshot = await readSnapshot(project.root, pathsToRead(project, parts));
  const sources = await readSourceFiles(project);
  return planUpdate({
    project,
    parts,
    files: snapshot,
    secret: () => "fresh",
    install: true,
    conflicts: mode,
    sources,
  });
}

const planned = ({ changes }: Plan, path: string) => changes.find((change) => change.path === path)?.after;
const outcome = ({ outcomes }: Update, path: string) => outcomes.find((one) => one.path === path)?.what;
const route = 'import { lock } from "../door/lock.js";\nexport const doorRouter = lock;\n';

describe("a file that begins with a byte order mark", () => {
  const path = "src/door/ring.ts";
  const lines = 'export const ring = "ring";\n';
  const marked = async (text: string) => {
    const repo = await installed();
    await repo.write(path, `\uFEFF${text}`);
    return repo;
  };

  test("keeps it where it moves", async () => {
    const { dir } = await marked(`${lines}// mine\n`);
    const files = { [path]: null, "src/door/bell.ts": `// new\n${lines}` };
    const plan = await updating(dir, { item: { renames: { [path]: "src/door/bell.ts" } }, files });
    expect(planned(plan, "src/door/bell.ts")).toBe(`\uFEFF// new\n${lines}// mine\n`);
    expect(planned(plan, path)).toBeNull();
  });

  test("keeps it in conflict, and git gets each text with it", async () => {
    const { dir } = await marked('export const ring = "mine";\n');
    const files = { [path]: 'export const ring = "new";\n' };
    const plan = await updating(dir, { files, mode: "inline" });
    expect(planned(plan, path)).toMatch(/^\uFEFF<{7} /);
    const [texts] = plan.unmerged ?? [];
    expect([texts?.base, texts?.yours, texts?.theirs]).toEqual([
      `\uFEFF${lines}`,
      '\uFEFFexport const ring = "mine";\n',
      '\uFEFFexport const ring = "new";\n',
    ]);
  });

  test("keeps it where an update would drop it, and a file that stays imports it", async () => {
    const { dir, write, read } = await marked(lines);
    await write("src/routes/door.ts", `${await read("src/routes/door.ts")}import "../door/ring.js";\n`);
    const plan = await updating(dir, { files: { [path]: null } });
    expect(outcome(plan, path)).toBe("kept");
    expect(planned(plan, path)).toBeUndefined();
  });

  test("is as installed otherwise", async () => {
    const { dir } = await marked(lines);
    const plan = await updating(dir, { files: { [path]: null } });
    expect(outcome(plan, path)).toBe("deleted");
  });
});

describe("files", () => {
  test("the same version plans nothing, whatever the user has edited", async () => {
    const { dir, write } = await installed();
    await write("src/door/lock.ts", "mine\n");
    expect((await updating(dir, { item: { version: "1.0.0" } })).changes).toEqual([]);
  });

  test("a file moves along a chain of renames, with its base and its edits", async () => {
    const { dir, write } = await installed();
    await write("src/door/ring.ts", '// mine\nexport const ring = "ring";\n');
    const renames = { "src/door/ring.ts": "src/door/bell.ts", "src/door/bell.ts": "src/hall/bell.ts" };
    const files = { "src/door/ring.ts": null, "src/hall/bell.ts": 'export const ring = "ring";\n' };
    const plan = await updating(dir, { item: { renames }, files });
    expect(planned(plan, "src/hall/bell.ts")).toBe('// mine\nexport const ring = "ring";\n');
    expect(planned(plan, "src/door/ring.ts")).toBeNull();
    expect(planned(plan, ".authwright/base/src/door/ring.ts.txt")).toBeNull();
    expect(planned(plan, ".authwright/base/src/hall/bell.ts.txt")).toBe('export const ring = "ring";\n');
    expect(Object.keys(plan.record.items["door"]!.files)).toContain("src/hall/bell.ts");
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["moved", { "src/door/ring.ts": "src/hall/bell.ts" }, "src/door/ring.ts is now src/hall/bell.ts"],
    ["dropped", {}, "src/door/ring.ts is gone in the new version"],
  ])("a file of the user's that imports one that is %s is named with its line", async (_, renames, reason) => {
    const mine = 'import { ring } from "../door/ring.js";';
    const { dir } = await installed({ "src/shop/mine.ts": `// "../door/ring.js"\n${mine}\n` });
    const files = { "src/door/ring.ts": null, ...(renames["src/door/ring.ts"] && { "src/hall/bell.ts": "ring();\n" }) };
    const { manual } = await updating(dir, { item: { renames }, files });
    const step = { path: "src/shop/mine.ts", place: "line 2", lines: [mine], reason: expect.stringContaining(reason) };
    expect(manual).toEqual([step]);
  });

  describe("an installed file that the user has moved", () => {
    const mine = "src/house/bell.ts";
    const text = 'import { a } from "./a.js";\n\nexport const ring = "ring";\nexport const loud = true;\n';
    const moved = async () => {
      const repo = await installed();
      await repo.write("src/door/ring.ts", text);
      await repo.write(".authwright/base/src/door/ring.ts.txt", text);
      const record = JSON.parse(await repo.read("authwright.json"));
      record.items.door.files["src/door/ring.ts"].sha256 = sha256(text);
      await repo.write("authwright.json", JSON.stringify(record));
      await fs.remove(join(repo.dir, "src/door/ring.ts"));
      await repo.write(mine, `// mine\n${text.replace("./a.js", "../door/a.js")}`);
      return repo.dir;
    };

    test("is named, and left to do where the new version changes it", async () => {
      const files = { "src/door/ring.ts": text.replace("true", "false") };
      const plan = await updating(await moved(), { files });
      const told = plan.outcomes?.find(({ path }) => path === "src/door/ring.ts");
      expect(told).toMatchObject({ what: "absent", note: `you have moved it to ${mine}, where no update reaches it` });
      expect(plan.manual).toEqual([
        expect.objectContaining({ path: mine, reason: expect.stringContaining("src/door/ring.ts") }),
      ]);
    });

    test("and that the new version leaves alone is nothing to do", async () => {
      const plan = await updating(await moved(), { files: { "src/door/ring.ts": text } });
      expect(plan.manual).toEqual([]);
    });
  });

  test.each(["\n", "\r\n"])("a new file gets the line ending %j that the installed ones have", async (ending) => {
    const { dir, read, write } = await installed();
    const project = await readProject(dir, {});
    for (const path of Object.keys(project.record!.items["door"]!.files))
      await write(path, (await read(path)).replaceAll("\n", ending));
    const release = { files: { "src/door/knob.ts": "knob();\nknob();\n" } };
    const plan = await updating(dir, release);
    expect(planned(plan, "src/door/knob.ts")).toBe(`knob();${ending}knob();${ending}`);
    await carryOut(plan, dir);
    expect((await updating(dir, release)).changes).toEqual([]);
  });

  test("a rename to a place where a file of the user's stands keeps everything from being written", async () => {
    const { dir } = await installed({ "src/door/bell.ts": "mine\n" });
    const item = { renames: { "src/door/ring.ts": "src/door/bell.ts" } };
    const plan = await updating(dir, {
      item,
      files: { "src/door/ring.ts": null, "src/door/bell.ts": "new\n" },
      mode: "theirs",
    });
    expect(outcome(plan, "src/door/bell.ts")).toBe("taken");
    expect(plan.changes).toEqual([]);
  });

  test("renames that go round in a circle end", async () => {
    const { dir } = await installed();
    const renames = { "src/door/ring.ts": "src/door/bell.ts", "src/door/bell.ts": "src/door/ring.ts" };
    const plan = await updating(dir, { item: { renames }, files: { "src/door/ring.ts": null } });
    expect(outcome(plan, "src/door/ring.ts")).toBe("deleted");
  });

  test("a new file that the user has already, letter for letter, is taken over", async () => {
    const { dir } = await installed({ "src/door/knob.ts": "knob();\r\n" });
    const plan = await updating(dir, { files: { "src/door/knob.ts": "knob();\n" } });
    expect(planned(plan, "src/door/knob.ts")).toBeUndefined();
    expect(Object.keys(plan.record.items["door"]!.files)).toContain("src/door/knob.ts");
  });

  describe("an installed migration", () => {
    const path = "src/db/migrations/0001-door.ts";
    const later = "src/db/migrations/0002-door.ts";
    const first = { files: { [path]: "first\n" } };

    test.each<[string, Release]>([
      ["changed", { files: { [path]: "second\n" } }],
      ["dropped", {}],
      ["renamed", { files: { [later]: "first\n" }, item: { renames: { [path]: later } } }],
    ])("that is %s upstream stays as it is, edited or not, and so does its record", async (_, release) => {
      const { dir, write } = await installed();
      await carryOut(await updating(dir, first), dir);
      for (const text of ["first\n", "mine\n"]) {
        await write(path, text);
        const plan = await updating(dir, release);
        expect(outcome(plan, release.item ? later : path)).toBe("refused");
        expect(planned(plan, path)).toBeUndefined();
        const known = (await readProject(dir, {})).record!.items["door"]!.files[path];
        expect(plan.record.items["door"]!.files[path]).toEqual(known);
      }
    });
  });
});

describe("the mount", () => {
  const moved = {
    item: {
      mount: { file: "src/routes/front-door.ts", export: "doorRouter", path: "/door" },
      renames: { "src/routes/door.ts": "src/routes/front-door.ts" },
    },
    files: { "src/routes/door.ts": null, "src/routes/front-door.ts": route },
  };

  test("that is there stays, byte for byte", async () => {
    const { dir } = await installed();
    expect(planned(await updating(dir), "src/server.ts")).toBeUndefined();
  });

  test("is made again where the router has another file now", async () => {
    const { dir, read } = await installed();
    const before = await read("src/server.ts");
    const plan = await updating(dir, moved);
    expect(planned(plan, "src/server.ts")).toBe(before.replace("./routes/door.js", "./routes/front-door.js"));
    const [patch] = plan.record.items["door"]!.patches.filter(({ path }) => path === "src/server.ts");
    expect(patch!.lines.join("\n")).toContain("front-door");
    expect(patch!.lines).toHaveLength(2);
    await carryOut(plan, dir);
    expect((await updating(dir, moved)).changes).toEqual([]);
  });

  test("that the user has rewritten is left to him where the router moved, with the lines to write", async () => {
    const { dir, read, write } = await installed();
    await write("src/server.ts", (await read("src/server.ts")).replaceAll('"', "'"));
    const plan = await updating(dir, moved);
    expect(planned(plan, "src/server.ts")).toBeUndefined();
    expect(plan.manual).toMatchObject([{ path: "src/server.ts" }]);
    expect(plan.manual[0]!.lines).toEqual([
      'import { doorRouter } from "./routes/front-door.js";',
      'app.use("/door", doorRouter);',
    ]);
    expect((await updating(dir)).manual).toEqual([]);
  });

  test("that a person has made elsewhere is none of an update's business, until the router moves", async () => {
    const { dir, write } = await installed({ "src/server.ts": `${server}this is no TypeScript (` });
    await write("src/server.ts", server);
    const plan = await updating(dir);
    expect(planned(plan, "src/server.ts")).toBeUndefined();
    expect(plan.manual).toEqual([]);
    expect((await updating(dir, moved)).manual).toHaveLength(1);
  });

  test("that the user took out stays out, and it is said", async () => {
    const { dir, write } = await installed();
    await write("src/server.ts", server);
    for (const release of [{}, moved]) {
      const plan = await updating(dir, release);
      expect(planned(plan, "src/server.ts")).toBeUndefined();
      expect(plan.warnings.join("\n")).toContain("src/server.ts no longer mounts doorRouter");
    }
  });
});

describe("package.json and .env", () => {
  test("a range is raised inside its major, and one that fits stays", async () => {
    const { dir } = await installed();
    const dependencies = { zod: { range: "^4.0.0" }, jsonwebtoken: { range: "^9.1.0" } };
    const plan = await updating(dir, { item: { dependencies } });
    expect(plan.dependencies).toEqual([{ name: "jsonwebtoken", range: "^9.1.0", dev: false, raisedFrom: "^9.0.2" }]);
    expect(plan.install).toEqual(["npm", "install"]);
  });

  test("a dependency and a script that the new version doesn't need stay, and it is said", async () => {
    const { dir } = await installed();
    const plan = await updating(dir, { item: { dependencies: { zod: { range: "^4.0.0" } }, scripts: {} } });
    expect(planned(plan, "package.json")).toBeUndefined();
    const said = plan.warnings.join("\n");
    expect(said).toContain("door no longer needs jsonwebtoken");
    expect(said).not.toContain("zod");
    expect(said).toContain("1.1.0 no longer brings the script door:open");
  });

  test("a script changes where it is as installed; one that the user removed stays away, and it is said", async () => {
    const { dir, read, write } = await installed();
    const item = { scripts: { "door:open": "node {src}/door/open.ts --wide", "door:shut": "node {src}/door/shut.ts" } };
    const plan = await updating(dir, { item });
    expect(JSON.parse(planned(plan, "package.json")!).scripts).toMatchObject({
      "door:open": "node src/door/open.ts --wide",
      "door:shut": "node src/door/shut.ts",
    });
    const { scripts, ...rest } = JSON.parse(await read("package.json"));
    delete scripts["door:open"];
    await write("package.json", JSON.stringify({ ...rest, scripts }));
    const later = await updating(dir, { item });
    expect(JSON.parse(planned(later, "package.json")!).scripts).not.toHaveProperty("door:open");
    expect(later.warnings.join("\n")).toContain("the script door:open is gone and stays so");
  });

  test("a new key gets a value, and the user's stay", async () => {
    const { dir, read } = await installed();
    const env = [...door.env, { name: "DOOR_PEPPER", value: "secret" as const, comment: "More" }];
    const plan = await updating(dir, { item: { env } });
    expect(planned(plan, ".env")).toBe(`${await read(".env")}\nDOOR_PEPPER=fresh\n`);
    expect(plan.env).toEqual(["DOOR_PEPPER"]);
  });
});

describe("what an update refuses", () => {
  test("a choice that the new version no longer has", async () => {
    const { dir } = await installed();
    const { code } = door.choices["lock"]!.values;
    const choices = { lock: { ...door.choices["lock"]!, default: "code", values: { code: code! } } };
    await expect(updating(dir, { item: { choices } })).rejects.toThrow("door 1.1.0 has no lock key any more");
  });
});
