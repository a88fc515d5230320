import { join } from "node:path";
import { build as esbuild } from "esbuild";
import fs from "fs-extra";
import { expect, test } from "vitest";
import { freshDatabase } from "../support/postgres.js";
import {
  addAuth,
  expectServes,
  makeImage,
  makeProject,
  productionEnv,
  type Shown,
  type SmallProject,
} from "../support/small-project.js";
import { repo } from "../support/template-tree.js";
import { run } from "../support/user-project.js";

interface Bundled {
  readonly name: string;
  readonly type: "module" | "commonjs";
  readonly build: string;
  /** The bundler's settings. What the plan shows of them goes where "SETTINGS" stands. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly database?: "sqlite" | "postgres";
  /** What production starts. */
  readonly starts: string;
}

/** express in an ESM bundle calls `require`: every project that bundles it so has this line. */
const banner = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;

const projects: readonly Bundled[] = [
  {
    name: "esbuild's command, CommonJS",
    type: "commonjs",
    build: "esbuild src/index.ts --bundle --platform=node --outfile=dist/server.js",
    starts: "dist/server.js",
  },
  {
    name: "esbuild in a script of the project's own, ESM",
    type: "module",
    build: "node esbuild.build.mjs",
    settings: {
      "esbuild.build.mjs": `import { build } from "esbuild";
await build({
  entryPoints: ["src/index.ts"], bundle: true, platform: "node", format: "esm", outdir: "out",
  banner: { js: ${JSON.stringify(banner)} },
  SETTINGS
});
`,
    },
    starts: "out/index.js",
  },
  {
    name: "tsup with noExternal, CommonJS in an ESM package",
    type: "module",
    build: "tsup",
    settings: {
      "tsup.config.mjs": `export default { entry: ["src/index.ts"], format: ["cjs"], clean: true, noExternal: [/.*/], SETTINGS };\n`,
    },
    starts: "dist/index.cjs",
  },
  {
    name: "webpack",
    type: "commonjs",
    build: "webpack --mode production",
    settings: {
      "webpack.config.js": `const path = require("node:path");
module.exports = {
  target: "node",
  entry: "./src/index.ts",
  output: { path: path.resolve(__dirname, "build"), filename: "index.js", clean: true },
  resolve: { extensions: [".ts", ".js"] },
  optimization: { minimize: false },
  module: { rules: [{ test: /\\.ts$/, loader: "esbuild-loader", options: { target: "node20" } }] },
  SETTINGS
};
`,
    },
    database: "postgres",
    starts: "build/index.js",
  },
  {
    name: "ncc",
    type: "commonjs",
    build: "ncc build src/index.ts -o dist --transpile-only",
    starts: "dist/index.js",
  },
  {
    name: "rollup",
    type: "module",
    build: "rollup -c",
    settings: {
      "rollup.config.mjs": `import commonjs from "@rollup/plugin-commonjs";
import json from "@rollup/plugin-json";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { transform } from "esbuild";

const typescript = {
  name: "typescript",
  async transform(code, id) {
    if (id.endsWith(".ts")) return { code: (await transform(code, { loader: "ts" })).code, map: null };
  },
};
export default {
  input: "src/index.ts",
  output: { file: "dist/index.mjs", format: "es", inlineDynamicImports: true },
  treeshake: false,
  plugins: [nodeResolve({ extensions: [".ts", ".mjs", ".js", ".json"], preferBuiltins: true }), commonjs(), json(), typescript],
  SETTINGS
};
`,
    },
    starts: "dist/index.mjs",
  },
  {
    name: "vite build --ssr",
    type: "module",
    build: "vite build --ssr src/index.ts",
    settings: {
      "vite.config.mjs": `import { mergeConfig } from "vite";
export default mergeConfig({ ssr: { noExternal: true } }, { SETTINGS });
`,
    },
    database: "postgres",
    starts: "dist/index.js",
  },
];

for (const project of projects) {
  test.concurrent(`${project.name}: with the option that the plan shows, the bundle migrates and serves in an image of its own`, async () => {
    const dir = await makeProject(projectOf(project));
    const { manual, warnings } = await addAuth(dir, project);
    await apply(dir, project, { manual, warnings });
    await build(dir);
    const image = await makeImage(dir);
    const database = project.database === "postgres" ? await freshDatabase() : null;
    const env = { ...(await productionEnv(dir)), ...(database && { DATABASE_URL: database.url }) };
    try {
      expect(await run(image, ["npm", "run", "auth:migrate"], env)).toMatch(/Applied: 0001|up to date/);
      await expectServes(image, project.starts, env);
    } finally {
      await database?.drop();
    }
  });
}

test("a Lambda function packed by serverless-esbuild serves with the option that the plan shows, on a database that the sources migrated", async () => {
  const project: Bundled = {
    name: "serverless-esbuild",
    type: "commonjs",
    build: "tsc --noEmit",
    settings: { "serverless.yml": "plugins: [serverless-esbuild]\ncustom:\n  esbuild:\n    bundle: true\n" },
    database: "postgres",
    starts: "local.js",
  };
  const dir = await makeProject(projectOf(project));
  const { manual } = await addAuth(dir, project);
  expect(manual).toMatchObject([{ path: "serverless.yml", lines: [expect.stringMatching(/^external: \[/)] }]);
  const external: string[] = JSON.parse(manual[0]!.lines[0]!.replace("external: ", ""));
  const entryPoints = [join(dir, "src/index.ts")];
  await esbuild({ entryPoints, bundle: true, platform: "node", outfile: join(dir, "local.js"), external });
  const database = await freshDatabase();
  try {
    const env = { ...(await productionEnv(dir)), DATABASE_URL: database.url };
    expect(await run(dir, ["npm", "run", "auth:migrate"], env)).toContain("Applied: 0001");
    await expectServes(await makeImage(dir), project.starts, env);
  } finally {
    await database.drop();
  }
});

function projectOf({ type, build, settings = {}, starts }: Bundled): SmallProject {
  const files = Object.entries(settings).map(([path, text]) => [path, text.replace("SETTINGS", "")]);
  const scripts = { build, start: `node ${starts}` };
  return { type, scripts, compilerOptions: { noEmit: true }, files: Object.fromEntries(files) };
}

/** What the plan says, as a person would do it: members of the settings, and what a script is to run. */
async function apply(dir: string, { settings = {} }: Bundled, { manual, warnings }: Shown): Promise<void> {
  expect(manual).toHaveLength(1);
  const [{ path, lines }] = manual as [Shown["manual"][0]];
  const manifest = await fs.readJson(join(dir, "package.json"));
  if (path === "package.json") Object.assign(manifest.scripts, JSON.parse(`{${lines.join(",")}}`));
  else await fs.writeFile(join(dir, path), settings[path]!.replace("SETTINGS", lines.join(",\n")));
  const [, command] = warnings.join("\n").match(/`(&& [^`]+)` at the end of the script "build"/)!;
  manifest.scripts.build += ` ${command}`;
  await fs.writeJson(join(dir, "package.json"), manifest, { spaces: 2 });
}

/** Runs the build as npm does, with webpack's own reading of its flags: webpack-cli is not here. */
async function build(dir: string): Promise<void> {
  const { scripts } = await fs.readJson(join(dir, "package.json"));
  const words = scripts.build.replaceAll(/\bwebpack /g, `node ${join(repo, "test/support/webpack-flags.cjs")} `);
  await run(dir, ["sh", "-c", `PATH="$PWD/node_modules/.bin:$PATH"; ${words}`]);
}
