import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, posix } from "node:path";
import fs from "fs-extra";
import { beforeAll, describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { diagnose } from "../../../cli/doctor/diagnose.js";
import { readCheckup } from "../../../cli/doctor/read-checkup.js";
import { readProject } from "../../../cli/project/read-project.js";
import { ownFacts, readFacts } from "../../../cli/registry/facts/read-facts.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { repo } from "../../support/template-tree.js";

const { items } = readRegistry(repo);
/** Every item that can be named; the others come with them. */
const everything = items.filter(({ comesWith }) => !comesWith).map(({ name }) => name);
const protections = (await Promise.all(everything.map((name) => ownFacts(repo, name)))).flatMap(
  ({ protects = [] }) => protects,
);
const folders = readdirSync(join(repo, "test/fixtures"), { withFileTypes: true }).filter((one) => one.isDirectory());
/** `unsupported-*` are refused; in `symlinked` no file makes an app, and the router waits to be mounted by hand. */
const fixtures = folders
  .map(({ name }) => name)
  .filter((name) => !name.startsWith("unsupported") && name !== "symlinked");

async function installed(name: string): Promise<string> {
  const fixture = await useFixture(name);
  const dir = name === "monorepo" ? join(fixture.dir, "packages/api") : fixture.dir;
  expect(await runCommand(() => add(everything, {}, contextFor(packageRoot(), dir)))).toMatchObject({ code: 0 });
  return dir;
}

/** What is found, but that no fixture speaks HTTPS. */
async function findingsIn(dir: string): Promise<string[]> {
  const project = await readProject(dir, {});
  const facts = await readFacts(repo, project.record!);
  const checkup = await readCheckup(project, project.record!, { items, facts, advisories: [], offline: true });
  const found = diagnose(checkup).filter(({ check }) => check !== "plain-http");
  return found.map(({ check, file, line, what }) => `${check} ${file}:${line} ${what}`);
}

describe("a project with every item in it", () => {
  test.each(fixtures)("%s has no finding", async (name) => {
    expect(await findingsIn(await installed(name))).toEqual([]);
  });
});

describe("a sound project", () => {
  let original: string;
  beforeAll(async () => {
    original = await installed("nodenext-esm");
  });

  async function copied(): Promise<Fixture> {
    const copy = await useFixture("no-json-parser");
    await fs.emptyDir(copy.dir);
    await fs.copy(original, copy.dir);
    return copy;
  }

  const sourcesIn = async (dir: string) =>
    (await fs.readdir(join(dir, "src"), { recursive: true, encoding: "utf8" }))
      .map((path) => posix.join("src", path.replaceAll("\\", "/")))
      .filter((path) => path.endsWith(".ts"));

  test("that was reformatted, and edited elsewhere in each protected file, has no finding", async () => {
    const { dir, read, write } = await copied();
    for (const path of await sourcesIn(dir)) {
      const isProtected = protections.some(({ file }) => path === file);
      if (isProtected) await write(path, `${await read(path)}\nexport const mine = "1";\n`);
    }
    const style = {
      root: true,
      formatter: { indentStyle: "tab", lineWidth: 50 },
      javascript: { formatter: { quoteStyle: "single", semicolons: "asNeeded", bracketSpacing: false } },
    };
    await write("biome.json", JSON.stringify(style));
    execFileSync(join(repo, "node_modules/.bin/biome"), ["format", "--write", "src"], { cwd: dir, stdio: "pipe" });
    expect(await findingsIn(dir)).toEqual([]);
  });

  test("whose files were moved and renamed has no finding, and a loss in one is found where it is", async () => {
    const { dir, read, write } = await copied();
    const moves = new Map(
      Object.entries({
        "src/auth/store.ts": "src/auth/data/queries.ts",
        "src/middleware/jwt.ts": "src/http/guard.ts",
        "src/middleware/authenticators.ts": "src/http/authenticators.ts",
        "src/routes/auth.ts": "src/http/auth-routes.ts",
        "src/db/schema/auth.ts": "src/data/tables.ts",
        "src/db/migrations/index.ts": "src/data/migrations/index.ts",
        "src/db/migrations/0001-auth.ts": "src/data/migrations/first.ts",
      }),
    );
    const paths = await sourcesIn(dir);
    const texts = await Promise.all(paths.map(async (path) => [path, await read(path)] as const));
    for (const [path, text] of texts) {
      const at = moves.get(path) ?? path;
      const moved = text.replace(/(["'])(\.\.?\/[^"'\n]+)\.js\1/g, (_, quote, specifier) => {
        const meant = `${posix.join(posix.dirname(path), specifier)}.ts`;
        const now = posix.relative(posix.dirname(at), moves.get(meant) ?? meant).replace(/\.ts$/, ".js");
        return `${quote}${now.startsWith(".") ? now : `./${now}`}${quote}`;
      });
      await write(at, moved);
      if (at !== path) await fs.remove(join(dir, path));
    }
    expect(await findingsIn(dir)).toEqual([]);
    const store = await read("src/auth/data/queries.ts");
    const line = store.slice(0, store.indexOf("gt(sessions.idleExpiresAt, now)")).split("\n").length;
    await write("src/auth/data/queries.ts", store.replace("  gt(sessions.idleExpiresAt, now),\n", ""));
    expect(await findingsIn(dir)).toEqual([
      `lost-protection src/auth/data/queries.ts:${line} your edit has taken out the condition that a session has not expired`,
    ]);
  });

  test("with a bundle beside its sources that git ignores has no finding, with a repository or without", async () => {
    const { dir, read, write } = await copied();
    await write("public/bundle.js", 'app.set("trust proxy", true);\n');
    const found = ["trust-proxy public/bundle.js:1 trust proxy is true"];
    expect(await findingsIn(dir)).toEqual(found);
    await write(".gitignore", `${await read(".gitignore")}public/\n`);
    expect(await findingsIn(dir)).toEqual([]);
    execFileSync("git", ["init", "-q"], { cwd: dir });
    expect(await findingsIn(dir)).toEqual([]);
    execFileSync("git", ["add", "-f", "public/bundle.js"], { cwd: dir });
    expect(await findingsIn(dir)).toEqual(found);
  });

  const guard = /^open-on-error src\/middleware\/jwt\.ts:\d+ /;
  /** An edit of an installed file: where, from what, to what, and the one finding. */
  const edits: readonly (readonly [what: string, path: string, from: string | RegExp, to: string, finding: RegExp])[] =
    [
      ["a guard's answer", "src/middleware/jwt.ts", "=> sendProblem(error, req, res);", "=> next();", guard],
      ["a guard's catch", "src/middleware/jwt.ts", "    refuse(error);\n    return;\n", "    return next();\n", guard],
      ["a guard's promise", "src/middleware/jwt.ts", "auth.then(open, refuse)", "auth.then(open, () => next())", guard],
      [
        "a guard's end",
        "src/middleware/jwt.ts",
        "auth.then(open, refuse)",
        "auth.catch(() => null as never).finally(next)",
        guard,
      ],
      [
        "the expiry of a remembered token",
        "src/auth/access-token.ts",
        "if (seen.verified.expiresAt <= now()) return null;",
        "",
        /^lost-protection src\/auth\/access-token\.ts:\d+ .*expires$/,
      ],
      [
        "the expiry of a token",
        "src/auth/access-token.ts",
        "expiresAt > now() && ",
        "",
        /^lost-protection src\/auth\/access-token\.ts:\d+ .*expires$/,
      ],
      [
        "the expiry in the query",
        "src/auth/store.ts",
        "  gt(sessions.absoluteExpiresAt, now),\n",
        "",
        /^lost-protection src\/auth\/store\.ts:\d+ .*not expired$/,
      ],
      [
        "the whole condition of a query",
        "src/auth/store.ts",
        "isLive,",
        "",
        /^lost-protection src\/auth\/store\.ts:\d+ .*is live, in a query$/,
      ],
      [
        "the expiry in jsonwebtoken",
        "src/auth/access-token-signers.ts",
        "{ algorithms: [hs256] }",
        "{ algorithms: [hs256], ignoreExpiration: true }",
        /^ignored-expiry src\/auth\/access-token-signers\.ts:\d+ /,
      ],
      [
        "the cost",
        "src/auth/config.ts",
        '"BCRYPT_COST", 12',
        '"BCRYPT_COST", 6',
        /^bcrypt-cost src\/auth\/config\.ts:\d+ /,
      ],
      [
        "the life of tokens",
        "src/auth/config.ts",
        '"ACCESS_TOKEN_MINUTES", 15',
        '"ACCESS_TOKEN_MINUTES", 1440',
        /^access-token-life src\/auth\/config\.ts:\d+ /,
      ],
      [
        "the limits",
        "src/auth/config.ts",
        '["on", "off"]',
        '["off", "on"]',
        /^rate-limit-off src\/auth\/config\.ts:\d+ /,
      ],
      [
        "a limit",
        "src/auth/throttle.ts",
        /await consume\(.*\);/,
        "",
        /^lost-protection src\/auth\/throttle\.ts:\d+ .*limit on guesses/,
      ],
      [
        "the list of migrations",
        "src/db/migrations/index.ts",
        "auth, ",
        "",
        /^pending-migrations src\/db\/migrations\/index\.ts:\d+ /,
      ],
    ];
  test.each(edits)("but for an edit of %s has one finding, with file and line", async (_, path, from, to, finding) => {
    const { dir, read, write } = await copied();
    const text = await read(path);
    expect(text).toMatch(from);
    await write(
      path,
      text.replace(from, () => to),
    );
    expect(await findingsIn(dir)).toEqual([expect.stringMatching(finding)]);
  });
});
