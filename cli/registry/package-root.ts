import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "../errors.js";

/** The folder of this package: it holds registry.json and templates/, beside the bundle or the sources. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "registry.json"))) return folder;
    if (folder === dirname(folder)) {
      throw new CliError(
        "DamagedRegistry",
        "registry.json is missing from this installation: install authwright again",
      );
    }
  }
}

/** The version of this authwright. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string };
  return version;
}
