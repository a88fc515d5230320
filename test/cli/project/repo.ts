import { type Fixture, useFiles } from "../../support/fixture.js";

type Json = Readonly<Record<string, unknown>>;

/** A small Express project, with what a test wants different in it. */
export function useRepo({
  packageJson = {},
  compilerOptions = {},
  files = {},
}: {
  packageJson?: Json;
  compilerOptions?: Json;
  files?: Readonly<Record<string, string>>;
}): Promise<Fixture> {
  const manifest = {
    name: "repo",
    type: "module",
    dependencies: { express: "^5.1.0" },
    devDependencies: { typescript: "^5.9.3", "@types/express": "^5.0.0" },
    ...packageJson,
  };
  const tsconfig = { compilerOptions: { module: "nodenext", skipLibCheck: true, ...compilerOptions } };
  return useFiles({
    "package.json": JSON.stringify(manifest),
    "tsconfig.json": JSON.stringify(tsconfig),
    ...files,
  });
}

/** A file that makes an Express app. */
export const app = `import express from "express";\nexport const app = express();\n`;

/** A file that imports others. */
export const imports = (...specifiers: string[]) => specifiers.map((one) => `import "${one}";\n`).join("");
