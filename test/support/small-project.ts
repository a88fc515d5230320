import { join } from "node:path";
import { parse } from "dotenv";
import fs from "fs-extra";
import { expect } from "vitest";
import { api } from "./api.js";
import { useFiles } from "./fixture.js";
import { repo } from "./template-tree.js";
import { boot, cli, run } from "./user-project.js";

export interface SmallProject {
  readonly type: "module" | "commonjs";
  readonly scripts: Readonly<Record<string, string>>;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  /** Beside package.json, tsconfig.json and src/. */
  readonly files?: Readonly<Record<string, string>>;
}

/** An Express project of two sources in a folder of its own, on the packages of the clone. Returns the folder. */
export async function makeProject({ type, scripts, compilerOptions, files = {} }: SmallProject): Promise<string> {
  const manifest = {
    name: "small-app",
    private: true,
    type,
    scripts,
    dependencies: { express: "^5.1.0" },
    devDependencies: { "@types/express": "^5.0.0", "@types/node": "^20.19.0", typescript: "^5.9.0" },
  };
  const isModule = type === "module";
  const usual = {
    target: "ES2022",
    module: isModule ? "NodeNext" : "Preserve",
    moduleResolution: isModule ? "NodeNext" : "Bundler",
    types: ["node"],
    strict: true,
    esModuleInterop: true,
    skipLibCheck: true,
  };
  const tsconfig = { compilerOptions: { ...usual, ...compilerOptions }, include: ["src"] };
  const { dir } = await useFiles({
    ...files,
    "package.json": JSON.stringify(manifest, null, 2),
    "tsconfig.json": JSON.stringify(tsconfig),
    "src/index.ts": indexFile(isModule ? ".js" : ""),
    "src/hello.ts": 'export const hello = { hello: "there" };\n',
  });
  // TypeScript 7 has no compiler API, which tools ask for.
  for (const name of await fs.readdir(join(repo, "node_modules"))) {
    const from = name === "typescript" ? "typescript-5" : name;
    await fs.ensureSymlink(join(repo, "node_modules", from), join(dir, "node_modules", name), "junction");
  }
  return dir;
}

export interface Shown {
  readonly manual: readonly { readonly path: string; readonly lines: readonly string[] }[];
  readonly warnings: readonly string[];
}

/** Adds auth-basic and gives what is left to a person. */
export async function addAuth(
  dir: string,
  { database = "sqlite", node = process.execPath }: { database?: "sqlite" | "postgres"; node?: string } = {},
): Promise<Shown> {
  const flags = ["--yes", "--json", "--no-install", "--database", database];
  return JSON.parse(await run(dir, [node, cli, "add", "auth-basic", ...flags]));
}

/** What production has: all but the `left`, and the packages that `npm ci --omit=dev` installs. */
export async function makeImage(dir: string, left: readonly string[] = ["src"]): Promise<string> {
  const { dir: image } = await useFiles({});
  const away = new Set(["node_modules", "test", ".env", ".authwright", "tsconfig.json", ...left]);
  await fs.copy(dir, image, { filter: (path) => !away.has(path.slice(dir.length + 1)) });
  const { dependencies } = await fs.readJson(join(dir, "package.json"));
  for (const name of Object.keys(dependencies))
    await fs.ensureSymlink(join(repo, "node_modules", name), join(image, "node_modules", name), "junction");
  return image;
}

/** The variables that `add` made, as a host would set them. */
export async function productionEnv(dir: string): Promise<Record<string, string>> {
  return { ...parse(await fs.readFile(join(dir, ".env"))), HIBP_URL: "off" };
}

/** Starts it, signs up, logs in, and asks for what only a user gets. */
export async function expectServes(image: string, file: string, env: Record<string, string>, node?: string) {
  const server = await boot(image, file, env, node);
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

const indexFile = (extension: string): string => `import express from "express";
import { hello } from "./hello${extension}";

const app = express();
app.get("/hello", (_req, res) => void res.json(hello));
app.listen(Number(process.env["PORT"]), "127.0.0.1");
`;
