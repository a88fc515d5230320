import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { CliError, exitCode } from "../errors.js";
import { nearest } from "../text/nearest.js";
import { jsonResult, result } from "../ui/output.js";
import type { Context } from "./context.js";

/** The flags of `docs` as typed. */
export interface DocsFlags {
  readonly path?: boolean;
}

/** Prints a page of docs/ of the package, or where it is; without a name, the list of pages. Returns the exit code. */
export function docs(page: string | undefined, { path = false }: DocsFlags, { flags, packageRoot }: Context): number {
  const folder = join(packageRoot, "docs");
  const pages = pagesIn(folder);
  if (page === undefined) {
    if (flags.json) jsonResult({ folder, pages });
    else
      result(
        [...pages.map((name) => `${name}  ${titleOf(folder, name)}`), "", "authwright docs PAGE prints one"].join("\n"),
      );
    return exitCode.done;
  }
  const name = pageNamed(page, pages);
  const file = join(folder, `${name}.md`);
  const text = readFileSync(file, "utf8");
  if (flags.json) jsonResult({ page: name, path: file, text });
  else process.stdout.write(path ? `${file}\n` : text);
  return exitCode.done;
}

/** `recipes/own-tables` for docs/recipes/own-tables.md, `recipes/README` for the list of them. */
function pagesIn(folder: string): string[] {
  if (!existsSync(folder)) throw new CliError("DamagedRegistry", "docs/ is not there: install authwright again");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
  return files
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -".md".length))
    .toSorted();
}

function pageNamed(typed: string, pages: readonly string[]): string {
  const wanted = posix.normalize(typed.replace(/^docs\//, "").replace(/\.md$/, ""));
  const found = pages.find((name) => name === wanted || name === `${wanted}/README` || posix.basename(name) === wanted);
  if (found !== undefined) return found;
  const close = nearest(wanted, pages);
  const hint = close === null ? `there is ${pages.join(", ")}` : `did you mean "${close}"?`;
  throw new CliError("BadArgument", `there is no page "${typed}": ${hint}`);
}

function titleOf(folder: string, name: string): string {
  return /^# (.+)$/m.exec(readFileSync(join(folder, `${name}.md`), "utf8"))?.[1] ?? "";
}
