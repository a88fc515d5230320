import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, onTestFinished, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { list } from "../../../cli/commands/list.js";
import { openCatalogue } from "../../../cli/registry/catalogue/catalogue.js";
import { itemHash } from "../../../cli/registry/catalogue/pin.js";
import { parseSource, sourceName } from "../../../cli/registry/catalogue/source.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { changeItem, documentedCatalogue, writeCatalogue } from "../../support/company-catalogue.js";
import { useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { treeOf } from "../../support/tree.js";

/** Adds the item of a catalogue, and gives how that ended; whatever is refused has written nothing. */
async function adding(registry: string) {
  const project = await useFixture("nodenext-esm");
  const before = await treeOf(project.dir);
  const outcome = await runCommand(() => add(["audit-log"], { registry }, contextFor(packageRoot(), project.dir)));
  const unchanged = JSON.stringify(await treeOf(project.dir)) === JSON.stringify(before);
  return { ...outcome, unchanged };
}

const base = "templates/audit-log/base";

/** What an item may try, and the words that refuse it. */
const attempts: readonly (readonly [string, (folder: string) => Promise<unknown>, string])[] = [
  ["a file beside src/", (folder) => fs.outputFile(join(folder, base, "package.json"), "{}"), "package.json can't"],
  ["a workflow", (folder) => fs.outputFile(join(folder, base, ".github/workflows/a.yml"), "on: push"), "can't be"],
  ["a git hook", (folder) => fs.outputFile(join(folder, base, ".git/hooks/pre-commit"), "x"), "can't be installed"],
  ["Markdown in src/", (folder) => fs.outputFile(join(folder, base, "src/a.md"), "x"), "src/a.md can't be installed"],
  ["what is no page", (folder) => fs.outputFile(join(folder, base, "docs/auth/a.html"), "x"), "can't be installed"],
  ["a page of the user's", (folder) => fs.outputFile(join(folder, base, "docs/a.md"), "x"), "docs/a.md can't be"],
  ["a .env", (folder) => fs.outputFile(join(folder, base, "src/.env"), "A=1"), "src/.env can't be installed"],
  ["a package", (folder) => fs.outputFile(join(folder, base, "src/node_modules/a.js"), "1"), "can't be installed"],
  ["a backslash", (folder) => fs.outputFile(join(folder, base, "src/..\\..\\a.ts"), "1"), "can't be installed"],
  ["two cases of one name", (folder) => fs.outputFile(join(folder, base, "src/audit/LOG.ts"), "1"), "only by case"],
  ["two cases of one folder", (folder) => fs.outputFile(join(folder, base, "src/Audit/a.ts"), "1"), "only by case"],
  ["a choice of nobody", (folder) => fs.outputFile(join(folder, "templates/audit-log/x/y/src/a.ts"), "1"), "no choice"],
  [
    "a choice that every object has",
    (folder) => fs.outputFile(join(folder, "templates/audit-log/constructor/name/src/a.ts"), "1"),
    "no choice",
  ],
  ["a binary", (folder) => fs.outputFile(join(folder, base, "src/a.ts"), "a\u0000b"), "is no UTF-8 text"],
  ["other bytes", (folder) => fs.outputFile(join(folder, base, "src/a.ts"), Buffer.from([0xff])), "is no UTF-8 text"],
  ["no TypeScript", (folder) => fs.outputFile(join(folder, base, "src/a.ts"), "const = ;"), "a.ts is no TypeScript"],
  ["a huge file", (folder) => fs.outputFile(join(folder, base, "src/a.ts"), "a".repeat(300_000)), "larger than"],
  ["one file for two", (folder) => fs.outputFile(join(folder, base, "src/audit/retention.ts"), "1"), "both own"],
  ["no file for a value", (folder) => fs.remove(join(folder, "templates/audit-log/retention/short")), "has no file"],
  ["a link to a file", (folder) => fs.ensureSymlink("/etc/passwd", join(folder, base, "src/a.ts")), "symbolic link"],
  ["a link to a folder", (folder) => fs.ensureSymlink("/etc", join(folder, base, "src/etc")), "symbolic link"],
  [
    "templates that are elsewhere",
    async (folder) => {
      await fs.move(join(folder, "templates"), `${folder}-elsewhere`);
      onTestFinished(() => fs.remove(`${folder}-elsewhere`));
      await fs.ensureSymlink(`${folder}-elsewhere`, join(folder, "templates"));
    },
    "symbolic link",
  ],
  [
    "a registry.json that is elsewhere",
    async (folder) => {
      await fs.remove(join(folder, "registry.json"));
      await fs.ensureSymlink("/etc/passwd", join(folder, "registry.json"));
    },
    "registry.json is a symbolic link",
  ],
  ["no JSON", (folder) => fs.writeFile(join(folder, "registry.json"), "secret: x"), "is no valid JSON"],
  ["no registry", (folder) => fs.remove(join(folder, "registry.json")), "registry.json: it is not there"],
  [
    "a dependency that is a flag",
    (folder) =>
      changeItem(folder, (item) => {
        item.packages = { "-g": { range: "^1.0.0" } };
      }),
    "packages.-g: not allowed as a name",
  ],
  [
    "an install script",
    (folder) =>
      changeItem(folder, (item) => {
        item.scripts = { postinstall: "node x.js" };
      }),
    "scripts.postinstall: not allowed as a name",
  ],
  [
    "the name of authwright's own item",
    (folder) =>
      changeItem(folder, (item) => {
        item.name = "auth-basic";
        item.requires = item.appends = [];
      }),
    "authwright has an item auth-basic itself",
  ],
  [
    "a mounted file that it doesn't bring",
    (folder) =>
      changeItem(folder, (item) => {
        item.mount.file = "src/routes/other.ts";
      }),
    "which it does not bring",
  ],
  ["an entry that it does not export", (folder) => changeEntry(folder, { entry: "actions" }), "does not export"],
  [
    "an entry of a module that it doesn't bring",
    (folder) => changeEntry(folder, { from: "src/auth/store.ts" }),
    "bring",
  ],
  ["an entry that is no name", (folder) => changeEntry(folder, { entry: "x } from 'y'; //" }), "entry: not allowed"],
  ["an entry that is a word of the language", (folder) => changeEntry(folder, { entry: "default" }), "not allowed"],
  ["an entry in a file that it names itself", (folder) => changeEntry(folder, { file: "src/server.ts" }), "keys file"],
  [
    "an entry in a list of nobody",
    (folder) => changeEntry(folder, { list: "mine" }),
    "appends to mine, and requires no",
  ],
  [
    "an entry in a list that every object has",
    (folder) => changeEntry(folder, { list: "toString" }),
    "requires no item",
  ],
  [
    "an entry in a list of its own",
    (folder) =>
      changeItem(folder, (item) => {
        item.lists = { kept: "src/audit/retention.ts" };
        item.appends[0].list = "kept";
      }),
    "appends to kept, and requires no item that has it",
  ],
  [
    "a list outside of src/",
    (folder) =>
      changeItem(folder, (item) => {
        item.lists = { kept: "scripts/auth.ts" };
      }),
    "lists.kept: not allowed",
  ],
  [
    "a list that it does not export",
    (folder) =>
      changeItem(folder, (item) => {
        item.lists = { kept: "src/audit/log.ts" };
      }),
    "has a list kept, which src/audit/log.ts does not export",
  ],
  [
    "an entry in what it does not require",
    (folder) =>
      changeItem(folder, (item) => {
        item.requires = [];
      }),
    "requires no item that has it",
  ],
];

function changeEntry(folder: string, change: object): Promise<void> {
  return changeItem(folder, (item) => {
    Object.assign(item.appends[0], change);
  });
}

describe("a catalogue in a folder", () => {
  test.each(attempts)("%s is refused, and nothing is written", async (_, damage, words) => {
    const folder = await writeCatalogue();
    await damage(folder);
    const outcome = await adding(folder);
    expect(outcome.error).toContain(words);
    expect(outcome).toMatchObject({ code: 2, unchanged: true });
    expect(outcome.error.split("\n")).toHaveLength(1);
  });

  test("may be named by its registry.json, and reached through a link", async () => {
    const folder = await writeCatalogue();
    await fs.ensureSymlink(folder, `${folder}-link`);
    onTestFinished(() => fs.remove(`${folder}-link`));
    expect(await adding(join(folder, "registry.json"))).toMatchObject({ code: 0, unchanged: false });
    expect(await adding(`${folder}-link`)).toMatchObject({ code: 0, unchanged: false });
  });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The documented catalogue as a web server has it: the files are listed, the second one carries its text. */
async function served(change: (item: { files: { path: string; content?: string }[] }) => void = () => undefined) {
  const files = await documentedCatalogue();
  const folder = "templates/audit-log/";
  const paths = [...files.keys()].filter((path) => path.startsWith(folder));
  const registry = JSON.parse(files.get("registry.json")!);
  const listed = paths.map((path, at) => ({
    path: path.slice(folder.length),
    ...(at === 1 && { content: files.get(path)! }),
  }));
  registry.items[0].files = listed;
  change(registry.items[0]);
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url!);
    const path = request.url!.slice("/modules/".length);
    const text = path === "registry.json" ? JSON.stringify(registry) : files.get(path);
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  return { url: `${url}/modules/registry.json`, asked, inlined: paths[1]! };
}

describe("a catalogue at a URL", () => {
  test("is installed from its own text and from the files beside it, with the pin that the folder has", async () => {
    const { url, asked, inlined } = await served();
    expect(await adding(url)).toMatchObject({ code: 0, unchanged: false });
    expect(asked).toContain("/modules/templates/audit-log/base/src/audit/log.ts");
    expect(asked).not.toContain(`/modules/${inlined}`);
    const hashes = [url, await writeCatalogue()].map(async (from) => {
      const { registry, files } = await openCatalogue(parseSource(from, "/"), readRegistry(packageRoot()).items);
      return itemHash(registry.items[0]!, await files(registry.items[0]!));
    });
    const [remote, local] = await Promise.all(hashes);
    expect(remote).toBe(local);
  });

  test.each([
    [
      "a listed file that is not there",
      1,
      "answers 404",
      (files: { path: string }[]) => files.push({ path: "base/src/no.ts" }),
    ],
    [
      "a listed file that leads out",
      2,
      "not allowed",
      (files: { path: string }[]) => files.push({ path: "base/src/../../a.ts" }),
    ],
    ["a file that is listed twice", 2, "twice", (files: { path: string }[]) => files.push(files[0]!)],
  ])("%s is refused", async (_, code, words, change) => {
    const { url } = await served(({ files }) => void change(files));
    const outcome = await adding(url);
    expect(outcome).toMatchObject({ code, unchanged: true });
    expect(outcome.error).toContain(words);
  });

  test("an item that lists no files is refused", async () => {
    const { url } = await served((item) => Reflect.deleteProperty(item, "files"));
    expect(await adding(url)).toMatchObject({ code: 2, error: expect.stringContaining('names its files in "files"') });
  });

  test("a redirect to another server is not followed; one on the same server is", async () => {
    const { url, asked } = await served();
    const other = await serve((_, response) => response.writeHead(302, { location: url }).end());
    expect(await adding(`${other}/registry.json`)).toMatchObject({
      code: 2,
      error: expect.stringContaining("redirects to another server"),
    });
    expect(asked).toEqual([]);
    const moving = await serve((request, response) => {
      if (request.url === "/old.json") response.writeHead(301, { location: "/new.json" }).end();
      else response.end(JSON.stringify({ name: "company", items: [] }));
    });
    const context = contextFor(packageRoot(), process.cwd());
    expect(await runCommand(() => list({ registry: `${moving}/old.json` }, context))).toMatchObject({ code: 0 });
  });

  test("one that never ends is cut off, and a circle of redirects too", async () => {
    const endless = await serve((_, response) => {
      const timer = setInterval(() => response.write("x".repeat(1_000_000)), 1);
      response.on("close", () => clearInterval(timer));
    });
    expect(await adding(endless)).toMatchObject({ code: 2, error: expect.stringContaining("larger than") });
    const circle = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
    expect(await adding(circle)).toMatchObject({ code: 2, error: expect.stringContaining("redirects too often") });
  });

  test("one that nobody serves exits 1 and says so", async () => {
    const outcome = await adding("http://127.0.0.1:9/registry.json");
    expect(outcome).toMatchObject({ code: 1, unchanged: true, error: expect.stringContaining("can't be read") });
  });
});

describe("a source", () => {
  test.each([
    ["http://example.com/registry.json", "only https"],
    ["http://127.0.0.1.example.com/registry.json", "only https"],
    ["ftp://example.com/registry.json", "only https"],
    ["file:///etc/registry.json", "only https"],
    ["https://user:secret@example.com/registry.json", "authwright.json"],
    ["https://example.com/registry.json?token=secret", "authwright.json"],
    ["", "takes a folder"],
    ["https://", "takes a path or an https URL"],
  ])("%j is refused", (text, words) => {
    expect(() => parseSource(text, "/work")).toThrow(words);
    expect(() => parseSource(text, "/work")).not.toThrow("secret");
  });

  test.each([
    ["../company", "../company"],
    ["/srv/company", "../company"],
    ["/srv/app/tools/modules", "tools/modules"],
    ["https://example.com/modules/", "https://example.com/modules/registry.json"],
    ["http://[::1]:8080/r.json", "http://[::1]:8080/r.json"],
  ])("%s is recorded as %s", (text, recorded) => {
    expect(sourceName(parseSource(text, "/srv/app"), "/srv/app")).toBe(recorded);
  });
});
