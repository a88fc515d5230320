// Bundles the command line into dist/ (or the folder named as argument): the package has no runtime dependencies.
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const outdir = process.argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });

/** Commander asks for it when it is loaded, and uses it for commands that are programs of their own: there are none. */
const withoutPrograms = {
  name: "without-programs",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: "none", namespace: "none" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "" }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // jsonc-parser hides its parts from a bundler in what it calls "main".
  mainFields: ["module", "main"],
  minify: true,
  legalComments: "none",
  // CommonJS packages call require() for what Node brings. esbuild keeps the entry's own #! line.
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  logLevel: "warning",
  plugins: [withoutPrograms],
};

/** Checks the package's own JSON files here, once: the program knows by their hashes that they are those. */
async function checkedFiles() {
  const check = `${outdir}/check.mjs`;
  await build({ ...shared, entryPoints: ["scripts/check-own-files.ts"], outfile: check });
  const { checkOwnFiles } = await import(pathToFileURL(check).href);
  rmSync(check);
  return checkOwnFiles(root).map((path) => createHash("sha256").update(readFileSync(path, "utf8")).digest("hex"));
}

await build({
  ...shared,
  entryPoints: ["cli/main.ts"],
  outdir,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  define: { checkedFiles: JSON.stringify(await checkedFiles()) },
});
chmodSync(`${outdir}/main.js`, 0o755);
