import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliError } from "../../../cli/errors.js";
import { itemHash } from "../../../cli/registry/catalogue/pin.js";
import { pickChoices, withRequired } from "../../../cli/registry/choices.js";
import { findItem } from "../../../cli/registry/find-item.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { checkRegistry, readRegistry } from "../../../cli/registry/read-registry.js";
import { ownedOnce, readTemplates } from "../../../cli/registry/templates.js";

const shipped = readRegistry(packageRoot());
const authBasic = findItem(shipped, "auth-basic");

const written = JSON.parse(readFileSync(join(packageRoot(), "registry.json"), "utf8"));

function withItem(changes: object): unknown {
  return { name: "authwright", items: [{ ...written.items[0], ...changes }] };
}

describe("registry.json", () => {
  test("the shipped one is whole, and every value of every choice has its files", async () => {
    for (const database of Object.keys(authBasic.choices["database"]!.values)) {
      for (const errors of Object.keys(authBasic.choices["errors"]!.values)) {
        const files = await readTemplates(packageRoot(), "auth-basic", { database, errors });
        expect(files.map(({ path }) => path)).toContain("src/db/client.ts");
        expect(files.map(({ template }) => template).join(" ")).toContain(`database/${database}/`);
        expect(files.map(({ template }) => template).join(" ")).toContain(`errors/${errors}/`);
      }
    }
  });

  test.each([
    ["a version that is none", withItem({ version: "one" }), "items.0.version"],
    ["a field that nobody knows", withItem({ colour: "red" }), "colour"],
    [
      "a default that is no value",
      withItem({ choices: { a: { description: "a", default: "b", values: {} } } }),
      "default",
    ],
    ["a required item that is not there", withItem({ requires: ["ghost"] }), "ghost"],
    ["no object at all", [], "registry.json is damaged"],
  ])("%s is refused and named", (_, json, named) => {
    expect(() => checkRegistry(json)).toThrow(named);
    expect(() => checkRegistry(json)).toThrow(expect.objectContaining({ code: "DamagedRegistry" }));
  });

  test("a path owned twice is refused, naming both owners", () => {
    const file = (template: string) => ({ template, path: "src/a.ts", text: "" });
    expect(() => ownedOnce([file("x/base/src/a.ts"), file("x/b/c/src/a.ts")])).toThrow(
      "x/base/src/a.ts and x/b/c/src/a.ts both own src/a.ts",
    );
  });

  test("files in a choice that no template folder has are refused", async () => {
    await expect(readTemplates(packageRoot(), "auth-basic", { database: "ghost" })).rejects.toThrow(CliError);
  });
});

describe("items and choices", () => {
  const item = (name: string, requires: string[]) => ({ ...authBasic, name, requires });
  const registry = {
    name: "r",
    items: [item("top", ["left", "right"]), item("left", ["base"]), item("right", ["base"]), item("base", [])],
  };

  test("required items come first, each once", () => {
    expect(withRequired(registry, ["top", "base"]).map(({ name }) => name)).toEqual(["base", "left", "right", "top"]);
  });

  test("items that require each other are refused", () => {
    const circle = { name: "r", items: [item("a", ["b"]), item("b", ["a"])] };
    expect(() => withRequired(circle, ["a"])).toThrow("a requires b requires a");
  });

  test("an unknown item names the nearest one", () => {
    expect(() => findItem(shipped, "auth-basc")).toThrow('did you mean "auth-basic"?');
  });

  const record = (database: string) => ({
    version: 1 as const,
    items: { "auth-basic": { choices: { database } } as never },
  });

  test.each([
    ["the flag wins over all", { database: "sqlite" }, { record: record("postgres"), database: "postgres" }, "sqlite"],
    ["then what is installed", {}, { record: record("sqlite"), database: "postgres" }, "sqlite"],
    ["then what the project has", {}, { record: null, database: "postgres" }, "postgres"],
  ] as const)("%s", (_, flags, project, database) => {
    expect(pickChoices(authBasic, flags, project)).toEqual({ database, errors: "rfc", login: "username" });
  });
});

describe("lists and their entries", () => {
  const empty = { choices: {}, mount: null, packages: {}, devPackages: {}, env: [], scripts: {}, gitignore: [] };
  const item = (name: string, parts: object) => ({
    ...{ name, version: "1.0.0", title: name, description: name, requires: [], nextSteps: [], ...empty, ...parts },
  });
  const append = { list: "sinks", entry: "a", from: "src/c/a.ts" };
  const one = item("one", { lists: { sinks: "src/one/sinks.ts" } });
  const two = item("two", { requires: ["one"] });

  test("an entry goes to the file that the item with the list names, however far below", () => {
    const { items } = checkRegistry({
      name: "x",
      items: [one, two, item("c", { requires: ["two"], appends: [append] })],
    });
    expect(items[2]!.appends).toEqual([{ ...append, file: "src/one/sinks.ts" }]);
  });

  test("a list that two required items have is refused, and one of an item that is not required too", () => {
    const again = item("again", { lists: { sinks: "src/again/sinks.ts" } });
    const appending = (requires: string[]) => ({
      name: "x",
      items: [one, two, again, item("c", { requires, appends: [append] })],
    });
    expect(() => checkRegistry(appending(["two", "again"]))).toThrow(
      "c appends to sinks, which one and again both have",
    );
    expect(() => checkRegistry({ name: "x", items: [one, item("c", { appends: [append] })] })).toThrow(
      "requires no item that has it",
    );
  });

  test("the pin of an item stays when a list of what it requires moves", () => {
    const moved = item("one", { lists: { sinks: "src/elsewhere.ts" } });
    const hashes = [one, moved].map((base) => {
      const { items } = checkRegistry({
        name: "x",
        items: [base, item("c", { requires: ["one"], appends: [append] })],
      });
      return itemHash(items[1]!, []);
    });
    expect(hashes[0]).toBe(hashes[1]);
  });
});
