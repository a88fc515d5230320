// Bundles the command line into dist/ (or the folder named as argument): the package has no runtime dependencies.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, transform } from "esbuild";

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
  ["registry/catalogue/shelf", "registry/catalogue/source"],
  [
    "registry/catalogue/catalogue",
    "registry/read-registry",
    "registry/facts/check-facts",
    "advisories/read-advisories",
  ],
  ["edits/exports", "edits/imports"],
];

/** Who loads a file of cli/ when it is needed gets all of its group, and what is `common` to all groups. */
const together = (common) => ({
  name: "together",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) => {
      const module = relative(join(root, "cli"), join(resolveDir, path)).replaceAll("\\", "/").replace(/\.js$/, "");
      if (kind !== "dynamic-import" || module.startsWith("..")) return undefined;
      const group = groups.find((one) => one.includes(module)) ?? [module];
      return { path: group[0], namespace: "together", pluginData: group };
    });
    onLoad({ filter: /.*/, namespace: "together" }, ({ pluginData: group }) => ({
      contents: [
        ...common.map((path) => `import "./${path.slice("cli/".length)}";`),
        ...group.map((one) => `export * from "./${one}.js";`),
      ].join("\n"),
      resolveDir: join(root, "cli"),
    }));
  },
});

/** A bundler copies every name of a CommonJS package for each file that imports it: here for one. */
const oneCopy = {
  name: "one-copy",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(fs-extra|semver)$/ }, ({ path, namespace }) =>
      namespace === "one-copy" ? undefined : { path, namespace: "one-copy" },
    );
    onLoad({ filter: /.*/, namespace: "one-copy" }, ({ path }) => ({
      contents: `import one from "${path}"; export default one;`,
      resolveDir: root,
    }));
  },
};

/**
 * As CommonJS it would be a function, which the engine reads twice: once to skip it, and once to call it. What reads
 * languages that we never ask it for stays out.
 */
const parserAsModule = {
  name: "parser-as-module",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@babel[\\/]parser[\\/]lib[\\/]index\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text
        .replace(/^Object\.defineProperty\(exports, '__esModule', \{\n {2}value: true\n\}\);$/m, "")
        .replaceAll(/^exports\.(\w+) = \1;$/gm, "export { $1 };")
        .replace(/^const mixinPlugins = \{[^}]*\};$/m, "const mixinPlugins = { jsx, typescript };");
      if (!contents.includes("{ jsx, typescript };")) throw new Error(`${path} lists its languages in another way`);
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
  logLevel: "warning",
  plugins: [lateBuiltins, oneCopy, parserAsModule],
};

/** Checks the package's own JSON files here, once: the program knows by their hashes that they are those. */
async function checkedFiles() {
  const check = `${outdir}/check.cjs`;
  await build({ ...shared, format: "cjs", entryPoints: ["scripts/check-own-files.ts"], outfile: check });
  const { checkOwnFiles } = await import(pathToFileURL(check).href);
  rmSync(check);
  return checkOwnFiles(root).map((path) => createHash("sha256").update(readFileSync(path, "utf8")).digest("hex"));
}

/** Node starts CommonJS sooner than modules, a fifteenth of an empty program; esbuild splits modules only. */
async function asCommonJs(text) {
  const asks = text.includes("import.meta.url");
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: shared.target,
    minify: true,
    // Modules are strict by themselves.
    banner: `"use strict";${asks ? 'const here=require("node:url").pathToFileURL(__filename).href;' : ""}`,
    define: { "import.meta.url": "here" },
    supported: { "dynamic-import": false },
  });
  return code;
}

const define = { checkedFiles: JSON.stringify(await checkedFiles()) };

function bundle(common) {
  return build({
    ...shared,
    entryPoints: ["cli/main.ts"],
    outdir,
    write: false,
    metafile: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    define,
    plugins: [...shared.plugins, together(common)],
  });
}

/**
 * What would stand in small files of its own, one for each set of those that share it: one file for all loads sooner. What
 * brings a large library along stays where it is.
 */
async function commonFiles() {
  const { outputs } = (await bundle([])).metafile;
  const isLight = (path) => outputs[path].bytes < 40_000 && loadedWith(outputs[path]).every(isLight);
  const loadedWith = ({ imports }) =>
    imports.flatMap(({ kind, external, path }) => (external || kind === "dynamic-import" ? [] : [path]));
  const small = Object.keys(outputs).filter((path) => isLight(path) && !outputs[path].entryPoint);
  return small.flatMap((path) => Object.keys(outputs[path].inputs)).filter((path) => path.startsWith("cli/"));
}

const { outputFiles } = await bundle(await commonFiles());
for (const { path, text } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await asCommonJs(text));
}
writeFileSync(`${outdir}/package.json`, '{ "type": "commonjs" }\n');
chmodSync(`${outdir}/main.js`, 0o755);
