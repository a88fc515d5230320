import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, type TestContext, test } from "vitest";
import { otherNode } from "../support/other-node.js";
import {
  addAuth,
  expectServes,
  makeImage,
  makeProject,
  productionEnv,
  type SmallProject,
} from "../support/small-project.js";
import { repo } from "../support/template-tree.js";
import { cli, run } from "../support/user-project.js";

const tsc = [process.execPath, join(repo, "node_modules/typescript/bin/tsc")];

describe.each(["22.23.3", "24.21.0"])("Node %s", (version) => {
  describe.each<[SmallProject["type"], Record<string, unknown>]>([
    ["module", { module: "NodeNext", moduleResolution: "NodeNext" }],
    ["commonjs", { module: "CommonJS", moduleResolution: "Bundler" }],
  ])("of type %s", (type, modules) => {
    test.concurrent("adds the module to a project, whose build migrates and serves", async (context) => {
      const { dir, node } = await install(context, type, modules);
      await run(dir, tsc);
      const image = await makeImage(dir);
      const env = await productionEnv(dir);
      expect(await migrate(image, node, env)).toMatch(/Applied: 0001|up to date/);
      await expectServes(image, "dist/index.js", env, node);
    });

    test.concurrent("runs the module's commands from their TypeScript where there is neither tsx nor a build", async (context) => {
      const { dir, node } = await install(context, type, modules);
      const image = await makeImage(dir, []);
      expect(await migrate(image, node, await productionEnv(dir))).toMatch(/Applied: 0001|up to date/);
    });
  });

  test.concurrent("says what to do where there is neither the source nor a build", async (context) => {
    const { dir, node } = await install(context, "module", {});
    const image = await makeImage(dir);
    await expect(migrate(image, node, await productionEnv(dir))).rejects.toThrow(
      /ended with 1:\nNeither src\/auth\/commands\.ts with tsx .* nor dist\/auth\/commands\.js is here: run the build/,
    );
  });

  // Threat: where everybody may write, somebody else could have put compiled code for it to run.
  test.concurrent("runs the command line without compiled code of a temporary folder", async ({ skip }) => {
    const node = await otherNode(version, { skip });
    const temporary = await fs.mkdtemp(join(tmpdir(), "authwright-temporary-"));
    await run(temporary, [node, cli, "list"], { TMPDIR: temporary });
    expect(await fs.readdir(temporary)).toEqual([]);
    await fs.remove(temporary);
  });

  async function install({ skip }: TestContext, type: SmallProject["type"], modules: Record<string, unknown>) {
    const node = await otherNode(version, { skip });
    const scripts = { build: "tsc", start: "node dist/index.js" };
    const dir = await makeProject({ type, scripts, compilerOptions: { ...modules, rootDir: "src", outDir: "dist" } });
    expect((await addAuth(dir, { node })).manual).toEqual([]);
    return { dir, node };
  }
});

/** The command of `npm run auth:migrate`, by this Node. */
async function migrate(image: string, node: string, env: Record<string, string>): Promise<string> {
  const { scripts } = await fs.readJson(join(image, "package.json"));
  const [program, ...words] = (scripts["auth:migrate"] as string).split(" ");
  expect(program).toBe("node");
  return run(image, [node, ...words], env);
}
