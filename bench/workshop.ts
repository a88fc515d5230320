import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const repo = fileURLToPath(new URL("..", import.meta.url));
const templates = join(repo, "templates", "auth-basic");
const addOns = [
  "auth-cookies/base",
  "auth-admin/base",
  "auth-vault/base",
  "auth-jwks/base",
  "auth-jwks/algorithm/es256",
  "auth-dpop/base",
  "auth-keypair/base",
].map((folder) => join(repo, "templates", folder));

/** A temporary folder with this repo's packages, for what the measurements build and write. */
export interface Workshop {
  readonly dir: string;
  /** Builds a file of bench/servers with the module for that database, and says where the result is. */
  build(server: string, database: "sqlite" | "postgres"): Promise<string>;
  remove(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const dir = await mkdtemp(join(tmpdir(), "authwright-bench-"));
  await symlink(join(repo, "node_modules"), join(dir, "node_modules"), "junction");
  return {
    dir,
    build: (server, database) => buildServer(dir, server, database),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

async function buildServer(dir: string, server: string, database: string): Promise<string> {
  const outfile = join(dir, `${basename(server)}-${database}.mjs`);
  await build({
    entryPoints: [join(repo, "bench", "servers", `${server}.ts`)],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    plugins: [
      joinTemplates([
        join(templates, "base"),
        join(templates, "database", database),
        errorsFolder,
        loginFolder,
        ...addOns,
      ]),
    ],
  });
  return outfile;
}

const errorsFolder = join(templates, "errors", "rfc");
const loginFolder = join(templates, "login", "username");

/** What `rootDirs` is to the type checker: a relative import looks into every template folder. */
function joinTemplates(roots: readonly string[]): Plugin {
  return {
    name: "join-templates",
    setup({ onResolve }) {
      onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
        const asked = join(resolveDir, path).replace(/\.js$/, ".ts");
        const root = roots.find((root) => asked.startsWith(root));
        if (root === undefined) return undefined;
        const wanted = relative(root, asked);
        const found = roots.map((root) => join(root, wanted)).find((file) => existsSync(file));
        return found === undefined ? undefined : { path: found };
      });
    },
  };
}
