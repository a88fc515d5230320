import { join } from "node:path";
import { parse } from "dotenv";
import { build as esbuild } from "esbuild";
import fs from "fs-extra";
import { expect, test } from "vitest";
import { api } from "../support/api.js";
import { useFiles } from "../support/fixture.js";
import { freshDatabase } from "../support/postgres.js";
import { repo } from "../support/template-tree.js";
import { boot, cli, run } from "../support/user-project.js";

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
    const dir = await makeProject(project);
    const { manual, warnings } = await add(dir, project);
    await apply(dir, project, { manual, warnings });
    await build(dir);
    const image = await makeImage(dir);
    const database = project.database === "postgres" ? await freshDatabase() : null;
    const env = { ...(await productionEnv(dir)), ...(database && { DATABASE_URL: database.url }) };
    try {
      expect(await run(image, ["npm", "run", "auth:migrate"], env)).toMatch(/Applied: 0001|up to date/);
      await serves(image, project.starts, env);
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
  const dir = await makeProject(project);
  const { manual } = await add(dir, project);
  expect(manual).toMatchObject([{ path: "serverless.yml", lines: [expect.stringMatching(/^external: \[/)] }]);
  const external: string[] = JSON.parse(manual[0]!.lines[0]!.replace("external: ", ""));
  const entryPoints = [join(dir, "src/index.ts")];
  await esbuild({ entryPoints, bundle: true, platform: "node", outfile: join(dir, "local.js"), external });
  const database = await freshDatabase();
  try {
    const env = { ...(await productionEnv(dir)), DATABASE_URL: database.url };
    expect(await run(dir, ["npm", "run", "auth:migrate"], env)).toContain("Applied: 0001");
    await serves(await makeImage(dir), project.starts, env);
  } finally {
    await database.drop();
  }
});

const indexFile = (extension: string): string => `import express from "express";
import { hello } from "./hello${extension}";

const app = express();
app.get("/hello", (_req, res) => void res.json(hello));
app.listen(Number(process.env["PORT"]), "127.0.0.1");
`;

async function makeProject({ type, build, settings = {}, starts }: Bundled): Promise<string> {
  const files = Object.entries(settings).map(([path, text]) => [path, text.replace("SETTINGS", "")]);
  const manifest = {
    name: "bundled-app",
    private: true,
    type,
    scripts: { build, start: `node ${starts}` },
    dependencies: { express: "^5.1.0" },
    devDependencies: { "@types/express": "^5.0.0", "@types/node": "^20.19.0", typescript: "^5.9.0" },
  };
  const compilerOptions = {
    target: "ES2022",
    module: type === "module" ? "NodeNext" : "Preserve",
    moduleResolution: type === "module" ? "NodeNext" : "Bundler",
    types: ["node"],
    strict: true,
    noEmit: true,
    esModuleInterop: true,
    skipLibCheck: true,
  };
  const { dir } = await useFiles({
    ...Object.fromEntries(files),
    "package.json": JSON.stringify(manifest, null, 2),
    "tsconfig.json": JSON.stringify({ compilerOptions, include: ["src"] }),
    "src/index.ts": indexFile(type === "module" ? ".js" : ""),
    "src/hello.ts": `export const hello = { hello: "there" };\n`,
  });
  // Typescript 7 has no compiler API, which ncc needs.
  for (const name of await fs.readdir(join(repo, "node_modules"))) {
    const from = name === "typescript" ? "typescript-5" : name;
    await fs.ensureSymlink(join(repo, "node_modules", from), join(dir, "node_modules", name), "junction");
  }
  return dir;
}

interface Shown {
  readonly manual: readonly { readonly path: string; readonly lines: readonly string[] }[];
  readonly warnings: readonly string[];
}

async function add(dir: string, { database = "sqlite" }: Bundled): Promise<Shown> {
  const flags = ["--yes", "--json", "--no-install", "--database", database];
  return JSON.parse(await run(dir, [process.execPath, cli, "add", "auth-basic", ...flags]));
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

/** What production has: the build, the scripts, and the packages that `npm ci --omit=dev` installs. */
async function makeImage(dir: string): Promise<string> {
  const { dir: image } = await useFiles({});
  const left = new Set(["node_modules", "src", "test", ".env", ".authwright", "tsconfig.json"]);
  await fs.copy(dir, image, { filter: (path) => !left.has(path.slice(dir.length + 1)) });
  const { dependencies } = await fs.readJson(join(dir, "package.json"));
  for (const name of Object.keys(dependencies))
    await fs.ensureSymlink(join(repo, "node_modules", name), join(image, "node_modules", name), "junction");
  return image;
}

async function productionEnv(dir: string): Promise<Record<string, string>> {
  const made = parse(await fs.readFile(join(dir, ".env")));
  return { ...made, HIBP_URL: "off" };
}

async function serves(image: string, file: string, env: Record<string, string>): Promise<void> {
  const server = await boot(image, file, env);
  try {
    const client = api(server.url);
    const user = { username: "ada", password: "nine blue herons wade" };
    expect((await client.get("/hello")).body).toEqual({ hello: "there" });
    expect((await client.post("/api/auth/signup", user)).status).toBe(201);
    const login = await client.post("/api/auth/login", user);
    expect(login.status).toBe(200);
    expect((await client.get("/api/auth/me", login.body.accessToken)).body.user.username).toBe("ada");
    expect((await client.get("/api/auth/me")).status).toBe(401);
  } finally {
    await server.stop();
  }
}
