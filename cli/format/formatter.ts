import { join } from "node:path";
import type { Project } from "../project/project.js";
import { upwards } from "../text/repo-path.js";
import { isFile } from "../text/text-file.js";

/** A formatter that the project has itself. */
export interface Formatter {
  readonly name: "Prettier" | "Biome" | "ESLint";
  /** Its package, as installed. */
  readonly folder: string;
  /** What a person types in front of the paths. */
  readonly command: string;
}

const known = [
  { name: "Prettier", package: "prettier", words: "prettier --write" },
  { name: "Biome", package: "@biomejs/biome", words: "biome format --write" },
  { name: "ESLint", package: "eslint", words: "eslint --fix" },
] as const;

const runners = { npm: "npx", pnpm: "pnpm exec", yarn: "yarn", bun: "bunx" } as const;

/** The formatter in package.json and node_modules: the one that a script runs, else the first of Prettier, Biome, ESLint. */
export async function findFormatter({
  root,
  workspaceRoot,
  packageJson,
  packageManager,
}: Project): Promise<Formatter | null> {
  const scripts = Object.values(packageJson.scripts).join("\n");
  const isRun = ({ words }: (typeof known)[number]) => new RegExp(`\\b${words.split(" ")[0]}\\b`).test(scripts);
  const named = [...known.filter(isRun), ...known.filter((one) => !isRun(one))];
  for (const { name, package: wanted, words } of named) {
    for (const folder of upwards(root, workspaceRoot)) {
      const place = join(folder, "node_modules", wanted);
      if (await isFile(join(place, "package.json")))
        return { name, folder: place, command: `${runners[packageManager.name]} ${words}` };
    }
  }
  return null;
}
