// Bundles the command line into dist/ (or the folder named as argument): the package has no runtime dependencies.
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const outdir = process.argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });

/** Commander and tinyexec ask for these when they are loaded, and need them where a program is started: seldom. */
const lateBuiltins = {
  name: "late-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(child_process|readline)$/ }, ({ path, importer }) =>
      /[\\/](commander|tinyexec)[\\/]/.test(importer) ? { path, namespace: "late" } : undefined,
    );
    const late = (path, name) => `(...args) => require("${path}").${name}(...args)`;
    onLoad({ filter: /child_process$/, namespace: "late" }, ({ path }) => ({
      contents: ["spawn", "spawnSync"].map((name) => `export const ${name} = ${late(path, name)};`).join("\n"),
    }));
    onLoad({ filter: /readline$/, namespace: "late" }, ({ path }) => ({
      contents: `export default { createInterface: ${late(path, "createInterface")} };`,
    }));
  },
};

/** What is loaded together: one file loads in half the time of ten that share their code. Paths below cli/. */
const groups = [
  ["commands/add", "commands/diff", "commands/init", "commands/remove", "commands/update"],
  ["commands/docs", "commands/list", "commands/view"],
  ["commands/doctor"],
  ["commands/steps/pick-command"],
  ["registry/catalogue/shelf", "registry/catalogue/source"],
  [
    "registry/catalogue/catalogue",
    "registry/read-registry",
    "registry/facts/check-facts",
    "advisories/read-advisories",
  ],
  ["edits/exports", "edits/imports"],
];

/** What main.ts has loaded before any of them: said in each, so that it is one file and not one for each set of sharers. */
const always = ["errors", "program", "registry/package-root", "selection/check-flags", "ui/terminal", "ui/wrap"];

/** Who loads one of a group when it is needed gets a file with all of them. */
const together = {
  name: "together",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) => {
      const module = relative(join(root, "cli"), join(resolveDir, path)).replaceAll("\\", "/").replace(/\.js$/, "");
      const group = groups.find((one) => one.includes(module));
      return kind === "dynamic-import" && group ? { path: group[0], namespace: "together" } : undefined;
    });
    onLoad({ filter: /.*/, namespace: "together" }, ({ path }) => ({
      contents: [
        ...always.map((one, index) => `export * as always${index} from "./${one}.js";`),
        ...groups.find(([first]) => first === path).map((one) => `export * from "./${one}.js";`),
      ].join("\n"),
      resolveDir: join(root, "cli"),
    }));
  },
};

/** As CommonJS it would be a function, which the engine reads twice: once to skip it, and once to call it. */
const parserAsModule = {
  name: "parser-as-module",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@babel[\\/]parser[\\/]lib[\\/]index\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text
        .replace(/^Object\.defineProperty\(exports, '__esModule', \{\n {2}value: true\n\}\);$/m, "")
        .replaceAll(/^exports\.(\w+) = \1;$/gm, "export { $1 };");
      if (/^(exports|module)\./m.test(contents)) throw new Error(`${path} exports in a way that is not known here`);
      return { contents };
    });
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
    js: 'const require=process.getBuiltinModule("module").createRequire(import.meta.url);',
  },
  logLevel: "warning",
  plugins: [lateBuiltins, together, parserAsModule],
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
