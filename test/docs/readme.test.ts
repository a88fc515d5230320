import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { describe, expect, onTestFinished, test } from "vitest";
import { linkPackages, repo, writeTree } from "../support/template-tree.js";

const read = (path: string) => fs.readFile(join(repo, path), "utf8");
const readme = await read("README.md");
const moduleReadme = await read("templates/auth-basic/base/docs/auth/README.md");
const template = (path: string) => read(`templates/auth-basic/${path}`);

const snippetsOf = (text: string) => [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
const firstColumn = (text: string, row: RegExp) => [...text.matchAll(row)].map(([, name]) => name!);

describe("the README", () => {
  test("lists the error codes that the module has, no more and no fewer", async () => {
    const table = await template("base/src/auth/errors.ts");
    const codes = firstColumn(table, /^ {2}(\w+): row\(/gm).sort();
    expect(codes.length).toBeGreaterThan(10);
    expect(firstColumn(readme, /^\| ([A-Z]\w+) +\| (?:\d{3}|importing)/gm).sort()).toEqual(codes);
  });

  test("lists the routes that the module has, no more and no fewer", async () => {
    const routes = [...(await template("base/src/routes/auth.ts")).matchAll(/authRouter\.(\w+)\("(\/[^"]+)"/g)];
    const declared = routes.map(([, method, path]) => `${method!.toUpperCase()} ${path}`).sort();
    expect(declared.length).toBe(13);
    expect(firstColumn(readme, /^\| ((?:GET|POST|PUT|PATCH|DELETE) \/\S+) +\|/gm).sort()).toEqual(declared);
  });

  test("and the module's own have snippets that compile as printed", async () => {
    const dir = await mkdtemp(join(tmpdir(), "authwright-readme-"));
    onTestFinished(() => fs.remove(dir));
    await writeTree(dir, "auth-basic", { database: "sqlite", errors: "rfc" });
    await linkPackages(dir);
    await fs.outputJson(join(dir, "package.json"), { name: "readme", type: "module" });
    const snippets = [...snippetsOf(readme), ...snippetsOf(moduleReadme)];
    expect(snippets.length).toBeGreaterThan(2);
    const app = `import express from "express";\nexport const app = express();\n`;
    for (const [index, code] of snippets.entries()) {
      const [, place = `snippet-${index}.ts`] = /^\/\/ (\S+\.ts)\n/.exec(code) ?? [];
      await fs.outputFile(join(dir, "src", place), code.includes("app.") ? app + code : code);
    }
    const compilerOptions = { module: "nodenext", target: "es2022", types: ["node"], strict: true, skipLibCheck: true };
    await fs.outputJson(join(dir, "tsconfig.json"), {
      compilerOptions: { ...compilerOptions, noEmit: true },
      include: ["src"],
    });
    const { stdout } = await x(process.execPath, [join(repo, "node_modules/typescript/bin/tsc"), "-p", dir]);
    expect(stdout).toBe("");
  });
});

describe("the module's README", () => {
  test("lists the environment variables that config.ts reads", async () => {
    const config = await template("base/src/auth/config.ts");
    const names = new Set(firstColumn(config, /env(?:, |\[)"([A-Z_]+)"/g).filter((name) => name !== "NODE_ENV"));
    expect(firstColumn(moduleReadme, /^\| `([A-Z_]+)` +\|/gm).sort()).toEqual([...names].sort());
  });

  test("names every file that lands in src", async () => {
    const files = await Promise.all(
      ["base/src", "database/sqlite/src", "errors/rfc/src"].map((folder) =>
        fs.readdir(join(repo, "templates/auth-basic", folder), { recursive: true, encoding: "utf8" }),
      ),
    );
    const names = files.flat().filter((file) => /^(auth|routes|middleware)\/[\w-]+\.ts$/.test(file));
    const unnamed = names.filter((file) => !moduleReadme.includes(file.split("/").pop()!));
    expect(unnamed).toEqual([]);
  });
});
