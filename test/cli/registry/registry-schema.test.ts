import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { checkRegistry } from "../../../cli/registry/read-registry.js";
import { factsSchema, registrySchema } from "../../../cli/registry/registry-schema.js";

const schema = await fs.readJson(join(packageRoot(), "registry.schema.json"));
const shipped = await fs.readJson(join(packageRoot(), "registry.json"));
const isValid = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

type Json = Record<string, unknown>;

/** The shipped registry with its first item alone, and other members in that. */
function withItem(members: Json): Json {
  const [{ choices, ...first }] = shipped.items;
  const { login: _bringsAnotherItem, ...others } = choices;
  return { ...shipped, items: [{ ...first, choices: others, ...members }] };
}

const dependency = (name: string, range: string) => ({ packages: { [name]: { range } } });
const choice = (name: string) => ({
  choices: { [name]: { description: "a", default: "b", values: { b: { description: "b" } } } },
});
const mount = (members: Json) => ({ mount: { file: "src/a.ts", export: "a", path: "/a", ...members } });

const violations: readonly (readonly [string, Json])[] = [
  ["no name", { items: [] }],
  ["a member that nobody knows", { ...shipped, colour: "red" }],
  ["an item's member that nobody knows", withItem({ preinstall: "x" })],
  ["a version that is none", withItem({ version: "one" })],
  ["a name that leads out of templates/", withItem({ name: "../evil" })],
  ["a title that moves the cursor", withItem({ title: "\u001b[2J" })],
  ["a description that turns the text round", withItem({ description: "\u202egnitirw" })],
  ["a dependency that is a flag", withItem(dependency("-g", "^1.0.0"))],
  ["a dependency that is a long flag", withItem(dependency("--ignore-scripts=false", "^1.0.0"))],
  ["a dependency in capitals", withItem(dependency("Express", "^1.0.0"))],
  ["a dependency that is a path", withItem(dependency("../evil", "^1.0.0"))],
  ["a range that is a git address", withItem(dependency("evil", "git+https://example.com/evil.git"))],
  ["a range that is a GitHub short form", withItem(dependency("evil", "someone/evil"))],
  ["a range that is a URL", withItem(dependency("evil", "https://example.com/evil.tgz"))],
  ["a range that is a folder", withItem(dependency("evil", "file:../evil"))],
  ["a range that is an alias", withItem(dependency("evil", "npm:other@1.0.0"))],
  ["a range of a workspace", withItem(dependency("evil", "workspace:*"))],
  ["a dev dependency that is a flag", withItem({ devPackages: { "-D": { range: "1.0.0" } } })],
  ["a key with a line break", withItem({ env: [{ name: "A\nB", value: "secret", comment: "a" }] })],
  ["a key that tells Node what to load", withItem({ env: [{ name: "NODE_OPTIONS", value: "secret", comment: "a" }] })],
  ["a comment with a line break", withItem({ env: [{ name: "A", value: "secret", comment: "a\nB=1" }] })],
  ["a value that nobody makes", withItem({ env: [{ name: "A", value: "password", comment: "a" }] })],
  ...["preinstall", "postinstall", "prepare", "install", "predev", "pnpm:devPreinstall", "test", "--x"].map(
    (name) => [`the script ${name}`, withItem({ scripts: { [name]: "node x.js" } })] as const,
  ),
  ["a .gitignore line that shows what is hidden", withItem({ gitignore: ["!.env"] })],
  ["a choice that is called like a flag", withItem(choice("overwrite"))],
  ["a choice that every object has", withItem(choice("constructor"))],
  ["an item that every object has", withItem({ name: "constructor" })],
  ["a choice that is no flag", withItem(choice("a b"))],
  ["a mounted file that leads out", withItem(mount({ file: "src/../../a.ts" }))],
  ["an export that is code", withItem(mount({ export: "a } from 'x'; evil(); import { b" }))],
  ["a mount path that is code", withItem(mount({ path: '/a", evil("' }))],
  ["a rename that leads out", withItem({ renames: { "src/a.ts": "../a.ts" } })],
  ["a listed file that leads out", withItem({ files: [{ path: "base/src/../../a.ts" }] })],
  ["a listed file that is nowhere", withItem({ files: [{ path: "src/a.ts" }] })],
];

describe("facts.schema.json", () => {
  test("says what the check of the command line says; npm run schema writes it", async () => {
    expect(await fs.readJson(join(packageRoot(), "facts.schema.json"))).toEqual(factsSchema());
  });

  test("each facts.json names it, and holds against it; what it names is there", async () => {
    const isSound = new Ajv2020({ strict: true, allErrors: true }).compile(factsSchema());
    const folders = await fs.readdir(join(packageRoot(), "templates"));
    const paths = folders.map((name) => join(packageRoot(), "templates", name, "facts.json")).filter(fs.existsSync);
    expect(paths).not.toEqual([]);
    for (const path of paths) {
      const facts = await fs.readJson(path);
      expect(facts.$schema).toBe("../../facts.schema.json");
      expect(isSound(facts), JSON.stringify(isSound.errors)).toBe(true);
      for (const [guard, file] of Object.entries<string>(facts.guards?.exports ?? {}))
        expect(await fs.readFile(join(path, "../base", file), "utf8")).toMatch(`export const ${guard}`);
    }
  });
});

describe("registry.schema.json", () => {
  test("says what the check of the command line says; npm run schema writes it", () => {
    expect(schema).toEqual(registrySchema());
  });

  test("the shipped registry.json names it, and holds against it", () => {
    expect(shipped.$schema).toBe("./registry.schema.json");
    expect(isValid(shipped), JSON.stringify(isValid.errors)).toBe(true);
  });

  test("files may be listed, with their text or without", () => {
    const registry = withItem({
      files: [{ path: "base/src/a.ts", content: "" }, { path: "database/sqlite/src/db/b.ts" }],
    });
    expect(isValid(registry), JSON.stringify(isValid.errors)).toBe(true);
    expect(() => checkRegistry(registry)).not.toThrow();
  });

  test.each(["docs/auth/a.md", "docs/auth/a/b.md", "test/a.md"])("a page at %s may be listed", (path) => {
    const registry = withItem({ files: [{ path: `base/${path}` }] });
    expect(isValid(registry), JSON.stringify(isValid.errors)).toBe(true);
    expect(() => checkRegistry(registry)).not.toThrow();
  });

  test("a page that stood below src/ may move to docs/auth/, and no other way round", () => {
    const moved = (renames: object) => withItem({ renames });
    for (const [registry, valid] of [
      [moved({ "src/auth/a.md": "docs/auth/a.md" }), true],
      [moved({ "docs/auth/a.md": "src/auth/a.md" }), false],
    ] as const)
      expect(isValid(registry)).toBe(valid);
  });

  test.each(violations)("%s is refused by the schema and by the command line", (_, registry) => {
    expect(isValid(registry)).toBe(false);
    expect(() => checkRegistry(registry)).toThrow(expect.objectContaining({ code: "DamagedRegistry" }));
  });

  test.each(["latest", "1.x.y.z x", ">=1 <foo"])("the range %s is refused by the command line", (range) => {
    expect(() => checkRegistry(withItem(dependency("evil", range)))).toThrow("packages.evil.range: not allowed");
  });

  test.each([
    "src/.env",
    "src/.git/hooks/pre-commit",
    ".env",
    ".git/config",
    ".github/workflows/ci.yml",
    "package.json",
    "src/package.json",
    "src/Package.JSON",
    "src/node_modules/a/index.js",
    "src/Node_Modules/a.js",
    "/etc/passwd",
    "C:/a.ts",
    "src/C:/a.ts",
    "src\\a.ts",
    "src/a\\..\\b.ts",
    "../a.ts",
    "src/../a.ts",
    "src/./a.ts",
    "src//a.ts",
    "src/a.ts/",
    "src/a.",
    "src/a ",
    "src/aux.ts",
    "src/a\u0000.ts",
    "src",
    "src/a.md",
    "src/a/README.MD",
    "docs/a.md",
    "docs/auth",
    "docs/auth/a.html",
    "docs/auth/.md",
    "docs/auth/../a.md",
    "docs/authors/a.md",
    "",
  ])("a file at %j is refused", (path) => {
    const registry = withItem({ files: [{ path: `base/${path}` }] });
    expect(isValid(registry)).toBe(false);
    expect(() => checkRegistry(registry)).toThrow("items.0.files.0.path: not allowed");
  });
});
