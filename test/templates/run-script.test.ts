import { mkdtemp, writeFile } from "node:fs/promises";
import nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { x } from "tinyexec";
import { expect, onTestFinished, test } from "vitest";
import { composeApp } from "../support/compose.js";

const script = fileURLToPath(new URL("../../templates/auth-basic/base/scripts/auth.mjs", import.meta.url));

test.each([
  ["npm, which keeps the --", []],
  ["pnpm, which hands it on", ["--"]],
])("the module's commands hear the same words from %s", async (_, between) => {
  const folder = await mkdtemp(join(tmpdir(), "authwright-script-"));
  onTestFinished(() => fs.remove(folder));
  const built = join(folder, "built.mjs");
  await writeFile(built, "console.log(process.argv.slice(2).join());\n");
  const { stdout } = await x(process.execPath, [script, join(folder, "no.ts"), built, ...between, "create", "ada"]);
  expect(stdout).toBe("create,ada\n");
});

test("without tsx and without a build the source itself is run where Node reads TypeScript, also in a CommonJS package", async () => {
  const folder = await mkdtemp(join(tmpdir(), "authwright-script-"));
  onTestFinished(() => fs.remove(folder));
  await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }');
  await writeFile(join(folder, "words.ts"), "export const words = (): string => process.argv.slice(2).join();\n");
  await writeFile(join(folder, "one.ts"), 'export { words } from "./words";\n');
  await writeFile(
    join(folder, "run.ts"),
    'import { words } from "./one.js";\nconsole.log(words() satisfies string);\n',
  );
  const ran = await x(process.execPath, [script, "run.ts", "dist/run.js", "create"], { nodeOptions: { cwd: folder } });
  const reads = Boolean((process.features as { typescript?: unknown }).typescript) && "registerHooks" in nodeModule;
  expect(ran.exitCode).toBe(reads ? 0 : 1);
  expect(reads ? ran.stdout : ran.stderr).toMatch(
    reads ? /^create\n$/ : /Neither run\.ts with tsx .* nor dist\/run\.js/,
  );
});

test("a variable that the module refuses to start with is one line, and the exit code is 1", async () => {
  const app = await composeApp({});
  onTestFinished(() => app.remove());
  const failed = app.command({ JWT_SECRET_KEY: "short" }, "migrate");
  await expect(failed).rejects.toThrow(/ended with 1: JWT_SECRET_KEY is shorter than 32 bytes[^\n]*\n?$/);
});
