import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fs from "fs-extra";
import { registryItemSchema, registrySchema } from "shadcn/schema";
import { describe, expect, onTestFinished, test } from "vitest";
import { findItem } from "../../cli/registry/find-item.js";
import { packageRoot } from "../../cli/registry/package-root.js";
import { readRegistry } from "../../cli/registry/read-registry.js";
import type { RegistryItem } from "../../cli/registry/registry.js";
import { readTemplates } from "../../cli/registry/templates.js";
import { shadcnItem } from "../../scripts/shadcn-item.js";
import { useFixture } from "../support/fixture.js";
import { type Choices, everyCombination, repo } from "../support/template-tree.js";
import { run } from "../support/user-project.js";

const shadcn = join(repo, "node_modules/shadcn/dist/index.js");
const item = findItem(readRegistry(packageRoot()), "auth-basic");
const build = async (choices: Choices) => shadcnItem(item, choices, await readTemplates(repo, item.name, choices));

const first = ({ choices }: RegistryItem): Choices =>
  Object.fromEntries(Object.entries(choices).map(([name, { default: value }]) => [name, value]));

/** A web server on this machine with one item. */
async function serve(text: string): Promise<string> {
  const server = createServer((_, response) => response.end(text)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth-basic.json`;
}

describe("an item built for shadcn", () => {
  test("holds against shadcn's schemas for an item and for a registry, with every choice", async () => {
    const combinations = await everyCombination(item.name);
    const items = await Promise.all(combinations.map(build));
    for (const built of items) expect(registryItemSchema.safeParse(built).error).toBeUndefined();
    const registry = { name: "authwright", homepage: "https://www.npmjs.com/package/authwright", items };
    expect(registrySchema.safeParse(registry).error).toBeUndefined();
    expect(items.length).toBeGreaterThan(3);
  });

  test.each(readRegistry(packageRoot()).items)("$name: what is left to do names each entry", async (one) => {
    const built = shadcnItem(one, first(one), await readTemplates(repo, one.name, first(one)));
    expect(registryItemSchema.safeParse(built).error).toBeUndefined();
    for (const { entry, list, file } of one.appends ?? [])
      expect(built.docs).toContain(
        `In ${file}, at the end of the list ${list}, add the entry ${entry}, and import it:`,
      );
  });

  test("registry.json itself is a registry to shadcn's schema", async () => {
    expect(registrySchema.safeParse(await fs.readJson(join(repo, "registry.json"))).error).toBeUndefined();
  });

  test.each([
    { by: "a file", choices: { database: "sqlite", errors: "rfc", login: "username" } },
    { by: "a URL", choices: { database: "postgres", errors: "auth-basic", login: "username" } },
  ])(
    "the real shadcn installs it from $by ($choices.database), byte for byte, and it compiles",
    async ({ by, choices }) => {
      const { dir, read, write } = await useFixture("nodenext-esm");
      const built = await build(choices);
      await write(".env", "PORT=3000\n");
      await run(dir, ["npm", "install"]);
      const file = join(dir, "..", `${dir.split("/").at(-1)}.json`);
      onTestFinished(() => fs.remove(file));
      await fs.writeJson(file, built);
      const source = by === "a file" ? file : await serve(JSON.stringify(built));
      await run(dir, [process.execPath, shadcn, "add", source, "--yes"]);

      for (const { target, content } of built.files)
        expect(await read(target.slice("~/".length)), target).toBe(content);
      const manifest = JSON.parse(await read("package.json"));
      for (const name of built.dependencies)
        expect(manifest.dependencies).toHaveProperty([name.replace(/@[^@]+$/, "")]);
      expect(await read(".env")).toMatch(/^PORT=3000\n[\s\S]*^JWT_SECRET_KEY=$/m);

      const [specifier] = /"\.\/routes\/[^"]+"/.exec(built.docs)!;
      const server = await read("src/server.ts");
      const mount = `app.use("/api/auth", authRouter);\n\napp.get("/",`;
      await write(
        "src/server.ts",
        `import { authRouter } from ${specifier};\n${server.replace('app.get("/",', mount)}`,
      );
      await run(dir, ["npx", "tsc", "--noEmit"]);
      await run(dir, [
        "npx",
        "tsc",
        "--noEmit",
        "--rootDir",
        ".",
        "--module",
        "nodenext",
        "--strict",
        "--skipLibCheck",
        "--target",
        "es2023",
        "test/auth.test.ts",
      ]);
    },
  );
});
