import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { add } from "../../cli/commands/add.js";
import type { GlobalFlags } from "../../cli/commands/context.js";
import { diff } from "../../cli/commands/diff.js";
import { doctor } from "../../cli/commands/doctor.js";
import { list } from "../../cli/commands/list.js";
import { remove } from "../../cli/commands/remove.js";
import { update } from "../../cli/commands/update.js";
import { view } from "../../cli/commands/view.js";
import { exportedNames } from "../../cli/edits/exports.js";
import { appendListEntry, hasListEntry } from "../../cli/edits/list-entry.js";
import { withRequired } from "../../cli/registry/choices.js";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { isCompanion } from "../../cli/registry/registry.js";
import { readTemplates } from "../../cli/registry/templates.js";
import { copyPackage, makeAddOnReleases } from "../support/add-ons.js";
import { type Fixture, useFixture } from "../support/fixture.js";
import { contextFor, runCommand } from "../support/in-process.js";
import { edit } from "../support/releases.js";
import { repo as clone } from "../support/template-tree.js";
import { treeOf } from "../support/tree.js";

/** These tests leave the package manager to a person. */
const installPackages = "Install the packages: npm install";

let first: string;
let second: string;
let today: string;
beforeAll(async () => {
  today = await copyPackage();
  ({ first, second } = await makeAddOnReleases());
});

type Flags = Partial<GlobalFlags>;

const adding = (repo: Fixture, names: string, typed: Record<string, string> = {}, flags: Flags = {}, from = first) =>
  runCommand(() => add(names.split(" "), typed, contextFor(from, repo.dir, flags)));
const removing = (repo: Fixture, name: string, typed = {}, from = first) =>
  runCommand(() => remove(name, typed, contextFor(from, repo.dir)));
const updating = (repo: Fixture, name?: string, typed = {}, flags: Flags = {}, from = second) =>
  runCommand(() => update(name, typed, contextFor(from, repo.dir, flags)));
const differences = async (repo: Fixture, from = first) =>
  (await runCommand(() => diff(undefined, {}, contextFor(from, repo.dir)))).stdout;

const done = { code: 0, error: "" };
const record = async (repo: Fixture) => JSON.parse(await repo.read("authwright.json")).items;

/** A repo with these items; the first of its kind is made by `add`, the others are copies. */
async function installed(names: string, typed: Record<string, string> = {}): Promise<Fixture> {
  const key = `${names} ${JSON.stringify(typed)}`;
  const known = made.get(key);
  const repo = await useFixture("nodenext-esm");
  if (known) await fs.copy(known.dir, repo.dir);
  else expect(await adding(repo, names, typed)).toMatchObject(done);
  if (!known) {
    made.set(key, repo);
    return installed(names, typed);
  }
  return repo;
}
const made = new Map<string, Fixture>();

const authenticators = "src/middleware/authenticators.ts";
const migrations = "src/db/migrations/index.ts";
const closers = "src/auth/close.ts";

describe("add", () => {
  test("a file of the user's where one of an add-on would go: no other folder is advised, as it can't go to another", async () => {
    const repo = await installed("auth-basic");
    await repo.write("src/auth/echo.ts", "export const mine = 1;\n");
    const before = await treeOf(repo.dir);
    for (const flags of [{}, { overwrite: true }])
      expect(await adding(repo, "echo", {}, flags)).toMatchObject({
        code: 2,
        error: expect.stringContaining("src/auth/echo.ts is yours already: rename it, then add again"),
      });
    expect(await treeOf(repo.dir)).toEqual(before);
  });

  test("an entry that a person has put into a list of another kind is there: a second add leaves nothing to do", async () => {
    const repo = await installed("auth-basic");
    await edit(repo.dir, authenticators, (text) => text.replace("= [bearerToken];", "= Array.of(bearerToken);"));
    expect(await adding(repo, "badge", {}, { strict: true })).toMatchObject({ code: 4 });
    await edit(
      repo.dir,
      authenticators,
      (text) => `import { badge } from "./badge.js";\n${text.replace("of(b", "of(badge, b")}`,
    );
    expect(await adding(repo, "badge", {}, { strict: true })).toMatchObject(done);
    expect(await removing(repo, "badge", { force: true })).toMatchObject({
      stdout: expect.stringContaining("it uses badge in another way too"),
    });
  });

  test("brings what an item builds on, mounts only that, and puts the entries into its lists", async () => {
    const repo = await installed("badge echo");
    expect(await repo.read(authenticators)).toContain('import { badge } from "./badge.js";\n');
    expect(await repo.read(authenticators)).toContain("= [bearerToken, badge];");
    expect(await repo.read(closers)).toContain('import { closeBadges } from "../middleware/badge.js";\n');
    expect(await repo.read(closers)).toContain(", closeBadges, closeEcho];");
    expect(await repo.read(migrations)).toContain("[auth, badges];");
    const items = await record(repo);
    expect(Object.keys(items)).toEqual(["auth-basic", "badge", "echo"]);
    expect(items.badge).toMatchObject({ mount: null, requires: ["auth-basic"], sourceDir: "src" });
    expect(items.badge.appends[0]).toEqual({
      file: authenticators,
      list: "authenticators",
      entry: "badge",
      from: "src/middleware/badge.ts",
    });
  });

  test("says which entries come, and where the routes of the base are", async () => {
    const repo = await installed("auth-basic", { mount: "/login" });
    const { stdout } = await adding(repo, "badge", {}, { dryRun: true });
    expect(stdout).toContain(`badge: badge in authenticators of ${authenticators}`);
    expect(JSON.parse((await adding(repo, "badge", {}, { json: true })).stdout)).toMatchObject({
      items: [{ item: "badge", mount: null }],
      appends: [{ entry: "badge" }, { entry: "closeBadges" }, { entry: "badges" }],
      nextSteps: [installPackages, "Show a badge at /login/badge"],
    });
  });

  test("says once to create new tables where a server has them, and not for the embedded database", async () => {
    const steps = async (database: string) => {
      const repo = await installed("auth-basic", { database });
      return JSON.parse((await adding(repo, "badge", {}, { json: true })).stdout).nextSteps;
    };
    const [migrate, last] = ["Create the new tables: npm run auth:migrate", "Show a badge at /api/auth/badge"];
    expect(await steps("postgres")).toEqual([installPackages, migrate, last]);
    expect(await steps("sqlite")).toEqual([installPackages, last]);
  });

  test("a second time changes no byte, in any order of items", async () => {
    const repo = await installed("badge echo");
    const before = await treeOf(repo.dir);
    for (const names of ["badge echo", "echo", "auth-basic", "echo badge auth-basic"]) {
      expect(await adding(repo, names)).toMatchObject(done);
      expect(await treeOf(repo.dir)).toEqual(before);
    }
  });

  test("an installed base is not touched: what is missing of it stays so", async () => {
    const repo = await installed("auth-basic");
    await fs.remove(join(repo.dir, "docs/auth/README.md"));
    expect(await adding(repo, "badge")).toMatchObject(done);
    expect(await fs.pathExists(join(repo.dir, "docs/auth/README.md"))).toBe(false);
  });

  test("goes where the base is, and --dir can't say otherwise", async () => {
    const repo = await installed("auth-basic", { dir: "src/login", tests: "spec" });
    expect(await adding(repo, "badge", { dir: "src" })).toMatchObject({
      code: 2,
      error: expect.stringContaining("auth-basic is installed with --dir src/login"),
    });
    expect(await adding(repo, "badge")).toMatchObject(done);
    expect(await repo.read("src/login/middleware/authenticators.ts")).toContain('from "./badge.js"');
    expect(await repo.read("spec/badge.test.ts")).toContain("badge");
    expect(JSON.parse(await repo.read("package.json")).scripts["badge:print"]).toContain("src/login/middleware");
  });

  test("--mount is the base's where the item has no router, and refused where nothing has one to mount", async () => {
    const repo = await useFixture("nodenext-esm");
    expect(await adding(repo, "badge", { mount: "/in" })).toMatchObject(done);
    expect(await repo.read("src/server.ts")).toContain('app.use("/in", authRouter)');
    expect(await adding(repo, "badge", { mount: "/out" })).toMatchObject({
      code: 2,
      error: expect.stringContaining("auth-basic is installed with --mount /in"),
    });
  });

  test("a choice goes to the base that comes along, and is refused for one that is there", async () => {
    const repo = await useFixture("nodenext-esm");
    expect(await adding(repo, "badge", { database: "postgres" })).toMatchObject(done);
    expect((await record(repo))["auth-basic"].choices.database).toBe("postgres");
    expect(await adding(repo, "echo", { database: "sqlite" })).toMatchObject({
      code: 2,
      error: expect.stringContaining('"authwright add auth-basic --database sqlite" changes that first'),
    });
    expect(await adding(repo, "echo", { database: "postgres" })).toMatchObject(done);
  });

  test("an older base is to be updated first", async () => {
    const repo = await installed("auth-basic");
    expect(await adding(repo, "echo", {}, {}, second)).toMatchObject({
      code: 2,
      error: expect.stringContaining('0.1.0 is installed: "authwright update auth-basic" first'),
    });
  });

  test("a list that is no list any more is a step for a person: exit 4 under --strict, and again the next time", async () => {
    const repo = await installed("auth-basic");
    await edit(repo.dir, authenticators, (text) => text.replace("= [bearerToken]", "= make(bearerToken)"));
    for (const _ of [1, 2]) {
      const { code, stdout } = await adding(repo, "badge", {}, { strict: true, json: true });
      expect(code).toBe(4);
      expect(JSON.parse(stdout).manual).toEqual([
        {
          path: authenticators,
          place: `at the top of ${authenticators}, and at the end of the list authenticators`,
          reason: "it no longer declares authenticators as a list",
          lines: ['import { badge } from "./badge.js";', "badge"],
        },
      ]);
    }
  });

  test("an entry that was taken out stays out, and --overwrite puts it back", async () => {
    const repo = await installed("badge");
    const before = await repo.read(authenticators);
    await edit(repo.dir, authenticators, (text) => text.replace(", badge]", "]"));
    const { stdout } = await adding(repo, "badge");
    expect(stdout).toContain(`${authenticators} no longer has badge of badge in authenticators: left as it is`);
    expect(await repo.read(authenticators)).toContain("= [bearerToken];");
    expect(await adding(repo, "badge", {}, { overwrite: true })).toMatchObject(done);
    expect(await repo.read(authenticators)).toBe(before);
  });
});

describe("entries are no edits of the user's", () => {
  test("to diff, but taking one out is", async () => {
    const repo = await installed("badge echo");
    expect(await differences(repo)).toMatch(/no differences\n$/);
    await edit(repo.dir, authenticators, (text) => text.replace(", badge]", "]"));
    expect(await differences(repo)).toContain("-export const authenticators: Authenticator[] = [bearerToken, badge];");
  });

  test("to the swap of a choice, which keeps them", async () => {
    const repo = await installed("badge echo");
    await adding(repo, "auth-basic", { errors: "auth-basic" });
    expect(await adding(repo, "auth-basic", { database: "postgres" })).toMatchObject(done);
    for (const path of [authenticators, closers]) expect(await repo.read(path)).toMatch(/adge/);
    expect(await differences(repo)).toMatch(/no differences\n$/);
  });

  test("to add --overwrite, which takes the user's edit and keeps them", async () => {
    const repo = await installed("badge");
    const before = await repo.read(authenticators);
    await edit(repo.dir, authenticators, (text) => `${text}// mine\n`);
    expect(await adding(repo, "auth-basic", {}, { overwrite: true })).toMatchObject(done);
    expect(await repo.read(authenticators)).toBe(before);
  });

  test.each(["\r\n", "\n"])(
    "to update with %j: new lines, a moved list and a moved module come, the entries stay",
    async (eol) => {
      const repo = await installed("badge echo");
      const atTop = (text: string) => `// mine\n${text}`.replaceAll("\n", eol);
      const atEnd = (text: string) => `${text}// mine\n`.replaceAll("\n", eol);
      await edit(repo.dir, authenticators, atTop);
      for (const path of [closers, "src/auth/events.ts"]) await edit(repo.dir, path, atEnd);
      expect(await differences(repo, second)).toContain("# new entry: seen in eventSinks of src/auth/events.ts");
      expect(await updating(repo)).toMatchObject(done);
      const text = await repo.read(authenticators);
      expect(text.startsWith(`// mine${eol}`)).toBe(true);
      expect(text).toContain("= [bearerToken, nobody, badge];");
      expect(text).toContain('import { badge } from "./badges/badge.js";');
      expect(await repo.read("src/auth/ends/close.ts")).toMatch(/, closeEcho\];/);
      expect(await repo.read("src/auth/ends/close.ts")).toContain('import { closeEcho } from "../echo.js";');
      expect(await repo.read("src/auth/ends/close.ts")).not.toContain("closeBadges");
      expect(await repo.read("src/auth/events.ts")).toContain(", echo, seen];");
      const before = await treeOf(repo.dir);
      expect(await updating(repo)).toMatchObject(done);
      expect(await treeOf(repo.dir)).toEqual(before);
      expect((await differences(repo, second)).match(/^[+-](?![+-]).*/gm)).toEqual([
        "+// mine",
        "+// mine",
        "+// mine",
      ]);
      expect((await runCommand(() => doctor({ offline: true }, contextFor(second, repo.dir)))).stdout).not.toContain(
        "lost-entry",
      );
    },
  );

  test("an update of the base alone keeps what the others have in lists that move", async () => {
    const repo = await installed("badge echo");
    const outcome = await updating(repo, "auth-basic");
    expect(outcome).toMatchObject(done);
    expect(outcome.stdout).toContain('badge stays at 0.1.0: "authwright update" without a name brings 0.2.0');
    expect(await repo.read("src/auth/ends/close.ts")).toContain("closeBadges, closeEcho];");
    expect((await record(repo)).echo.appends[1].file).toBe("src/auth/ends/close.ts");
    expect(await removing(repo, "echo")).toMatchObject(done);
    expect(await repo.read("src/auth/ends/close.ts")).toContain("closeBadges];");
  });

  test("a list that the new version has made something else of is a step for a person, and a finding until it is done", async () => {
    const third = `${second}-third`;
    await fs.copy(second, third);
    onTestFinished(() => fs.remove(third));
    await edit(third, `templates/auth-basic/base/${authenticators}`, (text) =>
      text.replace("= [b", "= Array.of(b").replace("nobody];", "nobody);"),
    );
    const repo = await installed("badge");
    const { code, stdout } = await updating(repo, undefined, {}, { json: true, strict: true }, third);
    expect(code).toBe(4);
    expect(JSON.parse(stdout).manual).toEqual([
      expect.objectContaining({ lines: ['import { badge } from "./badges/badge.js";', "badge"] }),
    ]);
    const text = await repo.read(authenticators);
    expect(text).not.toContain("badge");
    const looked = () => runCommand(() => doctor({ offline: true }, contextFor(third, repo.dir)));
    expect((await looked()).stdout).toContain("badge of badge is not in authenticators");
    await repo.write(
      authenticators,
      `import { badge } from "./badges/badge.js";\n${text.replace("of(", "of(badge, ")}`,
    );
    expect((await looked()).stdout).not.toContain("lost-entry");
  });

  test("entries that a person has put into a list of another kind come along when the new version's list is taken", async () => {
    const repo = await installed("badge");
    await edit(repo.dir, authenticators, (text) =>
      text.replace("= [bearerToken, badge]", "= Array.of(bearerToken, badge)"),
    );
    expect(await updating(repo, undefined, { conflicts: "theirs" })).toMatchObject(done);
    expect(await repo.read(authenticators)).toContain("= [bearerToken, nobody, badge];");
  });

  test("an update leaves an entry out that the user took out, and one of an item waits for its base", async () => {
    const repo = await installed("badge");
    expect(await updating(repo, "badge")).toMatchObject({
      code: 2,
      error: expect.stringContaining("badge 0.2.0 builds on auth-basic 0.2.0, and 0.1.0 is installed"),
    });
    await edit(repo.dir, authenticators, (text) => text.replace(", badge]", "]"));
    expect(await updating(repo)).toMatchObject(done);
    expect(await repo.read(authenticators)).toContain("= [bearerToken, nobody];");
  });
});

describe("remove", () => {
  test("a file of the item that was edited stays, and so does what it imports", async () => {
    const repo = await useFixture("nodenext-esm");
    expect(await adding(repo, "auth-sudo", {}, {}, today)).toMatchObject(done);
    const edited = "src/auth/sudo/router.ts";
    await edit(repo.dir, edited, (text) => `${text}export const mine = 1;\n`);
    const { stdout } = await removing(repo, "auth-sudo", {}, today);
    expect(stdout).toContain(`${edited} (you have edited it`);
    expect(stdout).toContain(`src/middleware/recent-login.ts (${edited} stays and imports it)`);
    expect(stdout).not.toContain("taken away");
    expect(await fs.pathExists(join(repo.dir, "src/middleware/recent-login.ts"))).toBe(true);
  });

  test.each(["badge", "echo"])("%s: every byte is as before it was added", async (name) => {
    for (const others of ["auth-basic", name === "badge" ? "echo" : "badge"]) {
      const repo = await installed(others);
      const before = await treeOf(repo.dir);
      expect(await adding(repo, name)).toMatchObject(done);
      const outcome = await removing(repo, name);
      expect(outcome).toMatchObject(done);
      expect(outcome.stdout).not.toMatch(/Stays|Left for you/);
      expect(await treeOf(repo.dir)).toEqual(before);
    }
  });

  test("what two items bring stays until both are gone, whichever came first", async () => {
    const repo = await installed("auth-basic");
    const before = await treeOf(repo.dir);
    await adding(repo, "badge");
    await adding(repo, "echo");
    await removing(repo, "badge");
    expect(await repo.read(".env")).toContain("SHARED_KEY=");
    expect(await repo.read(".env")).not.toContain("BADGE_KEY=");
    expect(await repo.read(".env.example")).toContain("SHARED_KEY=");
    expect(await repo.read(".gitignore")).toContain(".badges/");
    expect(JSON.parse(await repo.read("package.json")).dependencies.bowser).toBeDefined();
    await removing(repo, "echo");
    expect(Object.keys(await treeOf(repo.dir))).toEqual(Object.keys(before));
    for (const path of [".env", ".env.example", ".gitignore"])
      expect(await repo.read(path)).not.toMatch(/SHARED_KEY|badges/);
    expect(JSON.parse(await repo.read("package.json")).dependencies.bowser).toBeUndefined();
  });

  test("what others build on is refused, with their names", async () => {
    const repo = await installed("badge echo");
    expect(await removing(repo, "auth-basic")).toMatchObject({
      code: 2,
      error: 'badge, echo need auth-basic: "authwright remove echo" comes first',
    });
  });

  test("beside a database, an item's migration goes with its entry, and its tables stay, --purge or not", async () => {
    const repo = await installed("badge");
    await repo.write(".data/auth.db", "SQLite format 3");
    const before = await treeOf(repo.dir);
    const { stdout } = await removing(repo, "badge");
    expect(stdout).toContain("what the migrations of badge made in .data/auth.db (no data is touched)");
    expect(stdout).not.toMatch(/PASSWORD_PEPPER|the accounts/);
    expect(await repo.read(migrations)).toContain("[auth];");
    expect(await fs.pathExists(join(repo.dir, "src/db/migrations/0900-badges.ts"))).toBe(false);
    expect(await repo.read(".data/auth.db")).toBe("SQLite format 3");
    await adding(repo, "badge");
    expect(Object.keys(await treeOf(repo.dir))).toEqual(Object.keys(before));
    expect(await differences(repo)).toMatch(/no differences\n$/);

    const purged = await removing(repo, "badge", { purge: true });
    expect(purged.stdout).toContain(".data/auth.db keeps the tables of badge");
    expect(await repo.read(migrations)).toContain("[auth];");
    expect(await fs.pathExists(join(repo.dir, "src/db/migrations/0900-badges.ts"))).toBe(false);
    expect(await repo.read(".data/auth.db")).toBe("SQLite format 3");
    expect(await repo.read(".env")).toContain("PASSWORD_PEPPER=");
  });

  test("an entry that the user's code needs too is left, and named", async () => {
    const repo = await installed("badge");
    await edit(repo.dir, authenticators, (text) => `${text}\nexport const mine = [badge];\n`);
    const { stdout } = await removing(repo, "badge");
    expect(stdout).toContain(`${authenticators}: it uses badge in another way too`);
  });
});

test("list says what an item needs, and view what it puts into which list", async () => {
  const context = contextFor(first, first);
  expect((await runCommand(() => list({}, context))).stdout).toContain("badge 0.1.0  badge\n  needs auth-basic\n");
  expect((await runCommand(() => view("badge", {}, context))).stdout).toContain(
    `${authenticators}: badge in authenticators`,
  );
});

describe("the items of authwright", () => {
  const { items } = readRegistry(clone);
  const addOns = items.filter(({ name }) => name !== "auth-basic");
  const names = addOns.filter((item) => !isCompanion(item)).map(({ name }) => name);

  test.each(addOns.map(({ name }) => name))("%s appends what it exports, to lists that are there", async (name) => {
    const texts = new Map<string, string>();
    for (const item of withRequired(readRegistry(clone), [name])) {
      const values = Object.entries(item.choices).map(([choice, { default: value }]) => [choice, value]);
      const files = await readTemplates(today, item.name, Object.fromEntries(values));
      for (const { path, text } of files) texts.set(path, text);
    }
    for (const { file, list, entry, from } of items.find((item) => item.name === name)!.appends ?? []) {
      expect(exportedNames(texts.get(from)!, from)).toContain(entry);
      expect(texts.get(file)).toMatch(new RegExp(`export const ${list}(: \\w+\\[\\])? = \\[`));
      expect(hasListEntry(texts.get(file)!, { path: file, list, entry, specifier: "./x.js" })).toBe(false);
    }
  });

  const fixtures = readdirSync(fileURLToPath(new URL("../fixtures/", import.meta.url))).filter(
    (name) => !/^\.|^unsupported-|^monorepo$/.test(name),
  );

  test.each(fixtures)(
    "all of them in %s: a second add and diff find nothing, remove leaves what was there",
    async (name) => {
      const repo = await useFixture(name);
      expect(await adding(repo, "auth-basic", {}, {}, today)).toMatchObject(done);
      const before = await treeOf(repo.dir);
      expect(await adding(repo, names.join(" "), {}, {}, today)).toMatchObject(done);
      const after = await treeOf(repo.dir);
      expect(await adding(repo, names.join(" "), {}, {}, today)).toMatchObject(done);
      expect(await treeOf(repo.dir)).toEqual(after);
      expect(await differences(repo, today)).toMatch(/no differences\n$/);
      for (const one of names.toReversed()) expect(await removing(repo, one, {}, today)).toMatchObject(done);
      expect(await treeOf(repo.dir)).toEqual(before);
    },
  );
});

describe("the lists of authwright", () => {
  const { items } = readRegistry(clone);
  const listed = items.flatMap(({ name, lists = {} }) =>
    Object.entries(lists).map(([list, path]) => [list, path, name] as const),
  );

  /** The sources of an item, of every value of its choices: path below src/ and text. */
  async function sourcesOf(item: string): Promise<[string, string][]> {
    const folder = join(clone, "templates", item);
    const paths = (await fs.readdir(folder, { recursive: true })).map(String);
    const sources = paths.flatMap((path) => (/(?:^|\/)(src\/.+\.ts)$/.exec(path)?.[1] ? [path] : []));
    return Promise.all(
      sources.map(
        async (path): Promise<[string, string]> => [
          /(?:^|\/)(src\/.+\.ts)$/.exec(path)![1]!,
          await fs.readFile(join(folder, path), "utf8"),
        ],
      ),
    );
  }

  test.each(listed)("%s is an array that %s of %s exports, and takes an entry", async (list, path, item) => {
    const texts = (await sourcesOf(item)).filter(([file]) => file === path);
    expect(texts.length).toBeGreaterThan(0);
    for (const [, text] of texts) {
      expect(exportedNames(text, path)).toContain(list);
      const edit = appendListEntry(text, { path, list, entry: "fresh", specifier: "./fresh.js" });
      expect(edit.kind).toBe("applied");
    }
  });

  test("are all arrays that an item exports, but for those that are no list of entries", async () => {
    const others = ["jsonBody"];
    for (const { name, lists = {} } of items) {
      const exported = (await sourcesOf(name)).flatMap(([path, text]) =>
        [...text.matchAll(/^export const (\w+)(?:: [\w.<>]+\[\] = \[| = \[\] as const satisfies)/gm)].map(
          ([, list]) => `${list} ${path}`,
        ),
      );
      const arrays = new Set(exported.filter((one) => !others.includes(one.split(" ")[0]!)));
      expect([...arrays].toSorted()).toEqual(
        Object.entries(lists)
          .map((list) => list.join(" "))
          .toSorted(),
      );
    }
  });

  test("are what docs/registry.md names, each with its file", async () => {
    const docs = await fs.readFile(join(clone, "docs/registry.md"), "utf8");
    const named = [...docs.matchAll(/^\| `(\w+)`\s+\| `(src\/[^`]+)`/gm)].map(([, list, path]) => `${list} ${path}`);
    expect(named.toSorted()).toEqual(listed.map(([list, path]) => `${list} ${path}`).toSorted());
  });
});
