import { createRequire } from "node:module";
import { join } from "node:path";
import { isCode } from "../merge/same-meaning.js";
import { type ForFile, type FormattedProject, runBiome } from "./biome.js";
import type { Formatter } from "./formatter.js";

type Format = (file: ForFile) => Promise<string>;

/** The texts as the project's formatter lays them out, by its own settings; nothing of the project is written. Throws where it fails. */
export async function runFormatter(
  { name, folder }: Formatter,
  files: readonly ForFile[],
  project: FormattedProject,
): Promise<string[]> {
  if (name === "Biome") return runBiome(folder, files, project);
  const format = (name === "Prettier" ? prettier : eslint)(folder, project.root);
  const texts: string[] = [];
  for (const file of files) texts.push(await format(file));
  return texts;
}

interface PrettierApi {
  getFileInfo(path: string, options: object): Promise<{ ignored: boolean; inferredParser: string | null }>;
  resolveConfig(path: string, options: object): Promise<object | null>;
  format(text: string, options: object): string | Promise<string>;
}

function prettier(folder: string, root: string): Format {
  const api = load<PrettierApi>(folder);
  return async ({ path, text }) => {
    const filepath = join(root, path);
    const { ignored, inferredParser } = await api.getFileInfo(filepath, { ignorePath: join(root, ".prettierignore") });
    if (ignored || inferredParser === null) return text;
    return api.format(text, { ...(await api.resolveConfig(filepath, { editorconfig: true })), filepath });
  };
}

interface LintResult {
  readonly output?: string;
  readonly messages: readonly { readonly fatal?: boolean; readonly message: string }[];
}

interface EslintApi {
  readonly ESLint: new (options: object) => { lintText(text: string, options: object): Promise<readonly LintResult[]> };
}

/** Only rules of layout are at work: others change what a file says. */
function eslint(folder: string, root: string): Format {
  const { ESLint } = load<EslintApi>(folder);
  const linter = new ESLint({ cwd: root, fix: true, fixTypes: ["layout"] });
  return async ({ path, text }) => {
    if (!isCode(path)) return text;
    const [result] = await linter.lintText(text, { filePath: join(root, path), warnIgnored: false });
    const failure = result?.messages.find(({ fatal }) => fatal);
    if (failure) throw new Error(`${path}: ${failure.message}`);
    return result?.output ?? text;
  };
}

function load<Api>(folder: string): Api {
  return createRequire(join(folder, "package.json"))(folder) as Api;
}
