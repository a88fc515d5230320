import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repo } from "../../test/support/template-tree.js";

const page = join(repo, "CONTRIBUTING.md");
const marked = /(<!-- figures -->\n)(.*?)(<!-- \/figures -->)/s;

/** The tables that stand between the markers of CONTRIBUTING.md. */
export async function readPrintedTables(): Promise<string> {
  const [, , tables] = marked.exec(await readFile(page, "utf8")) ?? [];
  if (tables === undefined)
    throw new Error("CONTRIBUTING.md has no place between <!-- figures --> and <!-- /figures -->");
  return tables;
}

export async function writePrintedTables(tables: string): Promise<void> {
  const text = await readFile(page, "utf8");
  await writeFile(
    page,
    text.replace(marked, (_, start: string, _old: string, end: string) => `${start}\n${tables}\n\n${end}`),
  );
}
