// Type-checks the code that users get: each combination of choices, as their strictest compilers would.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { readRegistry } from "../cli/registry/read-registry.js";
import { isCompanion } from "../cli/registry/registry.js";
import { type Choices, everyCombination, linkPackages, repo, writeTree } from "../test/support/template-tree.js";

interface Shape {
  readonly name: string;
  readonly type: "module" | "commonjs";
  readonly extension: ".js" | ".ts" | "";
  readonly options: Readonly<Record<string, unknown>>;
}

interface Check {
  readonly compiler: "typescript" | "typescript-6" | "typescript-5";
  readonly shape: Shape;
  readonly choices: Choices;
  readonly express: 4 | 5;
  /** Beside auth-basic. */
  readonly items?: readonly string[];
}

const strictest = {
  target: "ES2022",
  lib: ["ES2023"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noPropertyAccessFromIndexSignature: true,
  allowUnreachableCode: false,
  isolatedModules: true,
  skipLibCheck: true,
  noEmit: true,
};

const erasable = { verbatimModuleSyntax: true, erasableSyntaxOnly: true };
const nodeEsm: Shape = {
  name: "ESM, nodenext",
  type: "module",
  extension: ".js",
  options: { module: "nodenext", ...erasable },
};
const tsExtensions: Shape = {
  ...nodeEsm,
  name: "ESM, nodenext, .ts imports",
  extension: ".ts",
  options: { ...nodeEsm.options, rewriteRelativeImportExtensions: true },
};
const bundler: Shape = {
  name: "ESM, bundler",
  type: "module",
  extension: "",
  options: { module: "esnext", moduleResolution: "bundler", ...erasable },
};
const nodeCommonJs: Shape = {
  name: "CommonJS, nodenext",
  type: "commonjs",
  extension: "",
  options: { module: "nodenext", esModuleInterop: true, erasableSyntaxOnly: true },
};
const classicCommonJs: Shape = {
  name: "CommonJS, node10",
  type: "commonjs",
  extension: "",
  // What `tsc --init` writes: neither newer syntax nor newer library types.
  options: { target: "ES2016", lib: undefined, module: "commonjs", moduleResolution: "node10", esModuleInterop: true },
};
/** `strict` and no more: without exactOptionalPropertyTypes, some code that the strictest take is an error. */
const onlyStrict: Shape = {
  ...classicCommonJs,
  name: "CommonJS, node10, only strict",
  options: { ...classicCommonJs.options, exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false },
};
const silenced: Shape = {
  ...classicCommonJs,
  options: { ...classicCommonJs.options, ignoreDeprecations: "6.0" },
};

const combinations = await everyCombination("auth-basic");
const checks: Check[] = combinations.flatMap((choices) => [
  ...[nodeEsm, bundler, nodeCommonJs].map((shape) => latest(shape, choices)),
  { ...latest(nodeEsm, choices), express: 4 as const },
]);
checks.push(latest(tsExtensions, combinations[0]!));
for (const [compiler, classic] of [["typescript-6", silenced] as const, ["typescript-5", classicCommonJs] as const]) {
  [nodeEsm, bundler, classic].forEach((shape, index) => {
    checks.push({ compiler, shape, choices: combinations.at(index - 1)!, express: 5 });
  });
}

const addOns = readRegistry(repo)
  .items.map(({ name }) => name)
  .filter((name) => name !== "auth-basic");
const [first, last] = [combinations[0]!, combinations.at(-1)!];
for (const choices of [first, last]) {
  checks.push({ ...latest(nodeEsm, choices), items: addOns }, { ...latest(nodeCommonJs, choices), items: addOns });
  checks.push({ ...latest(nodeEsm, choices), express: 4, items: addOns });
}
// A companion comes with what it ties, which stands above.
const alone = readRegistry(repo).items.filter((item) => addOns.includes(item.name) && !isCompanion(item));
alone.forEach(({ name }, index) => {
  checks.push({ ...latest(nodeEsm, index % 2 ? first : last), items: [name] });
});
// Another login name is another type of user, request and row: with what it brings, and with everything.
const byAddress = { ...first, login: "email" };
checks.push({ ...latest(nodeEsm, byAddress), items: ["auth-email"] });
checks.push({ ...latest(nodeCommonJs, { ...last, login: "email" }), items: addOns });
checks.push({ compiler: "typescript-5", shape: onlyStrict, choices: byAddress, express: 5, items: addOns });
checks.push({ compiler: "typescript-6", shape: bundler, choices: byAddress, express: 5, items: addOns });
checks.push({ compiler: "typescript-6", shape: bundler, choices: last, express: 5, items: addOns });
checks.push({ compiler: "typescript-5", shape: classicCommonJs, choices: first, express: 5, items: addOns });
checks.push({ compiler: "typescript-5", shape: onlyStrict, choices: first, express: 5, items: addOns });

const folder = await mkdtemp(join(tmpdir(), "authwright-types-"));
const failed: string[] = [];
try {
  const waiting = checks.entries();
  await Promise.all([work(waiting), work(waiting)]);
} finally {
  await fs.remove(folder);
}
if (failed.length > 0) {
  console.error(`\n${failed.length} of ${checks.length} trees have type errors.`);
  process.exitCode = 1;
}

function latest(shape: Shape, choices: Choices): Check {
  return { compiler: "typescript", shape, choices, express: 5 };
}

async function work(waiting: Iterable<[number, Check]>): Promise<void> {
  for (const [number, check] of waiting) {
    const started = performance.now();
    const output = await compile(join(folder, String(number)), check);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${output === null ? "ok  " : "FAIL"} ${await describe(check)} (${seconds} s)`);
    if (output !== null) console.error(output);
    if (output !== null) failed.push(output);
  }
}

/** The compiler's output, or null when it found nothing. */
async function compile(dir: string, { compiler, shape, choices, express, items = [] }: Check): Promise<string | null> {
  await writeTree(dir, ["auth-basic", ...items], choices, shape.extension);
  await linkPackages(dir);
  await fs.outputJson(join(dir, "package.json"), { name: "tree", type: shape.type });
  await fs.outputFile(join(dir, "src/server.ts"), serverSource(shape.extension));
  const paths = { express: ["./node_modules/types-express-4"] };
  const compilerOptions = { ...strictest, ...shape.options, ...(express === 4 ? { paths } : {}) };
  await fs.outputJson(join(dir, "tsconfig.json"), { compilerOptions, include: ["src", "test"] });
  const tsc = join(repo, "node_modules", compiler, "bin/tsc");
  const { exitCode, stdout, stderr } = await x(process.execPath, [tsc, "-p", dir, "--pretty", "false"]);
  return exitCode === 0 ? null : stdout + stderr;
}

/** How a user mounts and uses what they got. */
function serverSource(extension: Shape["extension"]): string {
  return [
    `import express from "express";`,
    `import { protectedRoute } from "./middleware/jwt${extension}";`,
    `import { authRouter } from "./routes/auth${extension}";`,
    `export const app = express();`,
    `app.use("/api/auth", authRouter);`,
    `app.get("/me", protectedRoute, (req, res) => void res.json({ id: req.auth?.userId }));`,
    "",
  ].join("\n");
}

async function describe({ compiler, shape, choices, express, items = [] }: Check): Promise<string> {
  const { version } = await fs.readJson(join(repo, "node_modules", compiler, "package.json"));
  return [`TypeScript ${version}`, shape.name, `Express ${express}`, ...Object.values(choices), ...named(items)].join(
    " · ",
  );
}

function named(items: readonly string[]): readonly string[] {
  return items.length > 1 ? ["every add-on"] : items;
}
