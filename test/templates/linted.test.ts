import { mkdtemp, realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { type Choices, linkPackages, repo, writeTree } from "../support/template-tree.js";

// What lands in a user's project, every item with its tests, and the project that `init` makes, by the linters that users have, with what they recommend.

interface Message {
  readonly line?: number;
  readonly ruleId: string | null;
  readonly message: string;
}

interface Linter {
  lintFiles(patterns: readonly string[]): Promise<{ filePath: string; messages: readonly Message[] }[]>;
}

type Config = Readonly<Record<string, unknown>>;

interface Presets {
  readonly configs: Readonly<Record<"recommended" | "recommendedTypeChecked", readonly Config[]>> & {
    readonly disableTypeChecked: Config;
  };
}

const tools = createRequire(join(repo, "test/tools/package.json"));
const { ESLint } = tools("eslint") as { ESLint: new (options: object) => Linter };
const js = tools("@eslint/js") as { configs: { recommended: Config } };
const typescript = tools("typescript-eslint") as Presets;

/** Rules that go by types find other things under other options. */
const strictest = {
  lib: ["ES2023"],
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
};

const trees: readonly (readonly [string, Choices, object])[] = [
  ["sqlite, a strict compiler", { database: "sqlite", errors: "rfc", login: "username" }, {}],
  [
    "postgres, login by address, the strictest compiler",
    { database: "postgres", errors: "auth-basic", login: "email" },
    strictest,
  ],
];

describe.each(trees)("%s", (_name, choices, options) => {
  let dir: string;

  beforeAll(async () => {
    dir = await writeProject(choices, options);
  });

  afterAll(() => fs.remove(dir));

  test("ESLint finds nothing with its own recommended rules and typescript-eslint's, with types and without", async () => {
    expect(await eslint(dir)).toEqual([]);
  });

  test("Biome finds nothing with its recommended rules", async () => {
    expect(await biome(dir)).toEqual([]);
  });

  test("what each of them recommends against is found, by file, line and rule", async () => {
    const text = "export async function seeded(answer: any) {\n  debugger;\n  answer.body;\n}\n";
    await fs.outputFile(join(dir, "src/seeded/seeded.ts"), text);
    const found = await eslint(dir, "src/seeded");
    for (const rule of [
      "1 @typescript-eslint/require-await",
      "1 @typescript-eslint/no-explicit-any",
      "2 no-debugger",
      "3 @typescript-eslint/no-unsafe-member-access",
    ])
      expect(found.join("\n")).toContain(`src/seeded/seeded.ts:${rule}`);
    expect((await biome(dir)).join("\n")).toContain("src/seeded/seeded.ts:2 lint/suspicious/noDebugger");
    await fs.remove(join(dir, "src/seeded"));
  });
});

async function writeProject(choices: Choices, options: object): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "authwright-linted-")));
  const items = readRegistry(repo).items.map(({ name }) => name);
  await writeTree(dir, items, choices);
  await fs.copy(join(repo, "templates/project/base"), dir);
  await linkPackages(dir);
  const compilerOptions = { target: "ES2022", module: "nodenext", strict: true, skipLibCheck: true, ...options };
  await fs.outputJson(join(dir, "tsconfig.json"), { compilerOptions, include: ["src", "test"] });
  await fs.outputJson(join(dir, "biome.json"), { linter: { rules: { recommended: true } } });
  return dir;
}

/** Errors and warnings, as `file:line rule message`. */
async function eslint(dir: string, folder = "."): Promise<string[]> {
  const { recommended, recommendedTypeChecked, disableTypeChecked } = typescript.configs;
  const linter = new ESLint({
    cwd: dir,
    overrideConfigFile: true,
    overrideConfig: [
      js.configs.recommended,
      ...recommended,
      ...recommendedTypeChecked,
      { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: dir } } },
      { files: ["**/*.mjs"], ...disableTypeChecked },
    ],
  });
  const results = await linter.lintFiles([folder]);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) => `${relative(dir, filePath)}:${line} ${ruleId} ${message}`),
  );
}

/** Errors and warnings. (Infos are about `process.env["NAME"]`, which the strictest compilers want.) */
async function biome(dir: string): Promise<string[]> {
  const program = join(repo, "node_modules/@biomejs/biome/bin/biome");
  const words = ["lint", "--reporter=github", "--max-diagnostics=none", "--diagnostic-level=warn", "."];
  const { stdout } = await x(process.execPath, [program, ...words], { nodeOptions: { cwd: dir }, throwOnError: false });
  return [...stdout.matchAll(/^::\w+ title=(.+?),file=(.+?),line=(\d+).*?::(.*)$/gm)].map(
    ([, rule, file, line, message]) => `${file}:${line} ${rule} ${message}`,
  );
}
