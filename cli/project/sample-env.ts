import { readdir } from "node:fs/promises";

/** Without another one, this is made. */
export const defaultSample = ".env.example";

const sampleName =
  /^(\.env(\.\w+)?\.(example|sample|template|dist|defaults?)|\.(example|sample)\.env|(example|sample|template)\.env|env\.(example|sample|template))$/;

/** Whether a file at the root shows people which variables there are. */
export function isSampleEnv(path: string): boolean {
  return sampleName.test(path);
}

/** The sample files at the root, the one for every environment first. */
export async function findSamples(root: string): Promise<string[]> {
  const rank = (name: string) => (name === defaultSample ? 0 : name.split(".").length);
  const names = await readdir(root).catch(() => []);
  return names.filter(isSampleEnv).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
