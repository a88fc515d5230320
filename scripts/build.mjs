// Bundles the command line into dist/ (or the folder named as argument): the package has no runtime dependencies.
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const outdir = process.argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ["cli/main.ts"],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // jsonc-parser hides its parts from a bundler in what it calls "main".
  mainFields: ["module", "main"],
  minify: true,
  legalComments: "none",
  chunkNames: "chunks/[name]-[hash]",
  // CommonJS packages call require() for what Node brings. esbuild keeps the entry's own #! line.
  banner: {
    js: 'const require=process.getBuiltinModule("module").createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
chmodSync(`${outdir}/main.js`, 0o755);
