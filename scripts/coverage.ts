import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRegistry } from "../cli/registry/read-registry.js";
import { composeApp } from "../test/support/compose.js";
import { startPostgres } from "../test/support/postgres-server.js";
import { runShippedTests } from "../test/support/shipped-tests.js";
import { repo } from "../test/support/template-tree.js";

/** What of the module its own tests reach: routes, SQL and middleware included, nothing replaced or left out. */
const measures = ["statements", "branches", "functions", "lines"] as const;
type Totals = Record<(typeof measures)[number], { pct: number; covered: number; total: number }>;

const least = Number(process.argv[2] ?? 95);
const addOns = readRegistry(repo)
  .items.map(({ name }) => name)
  .filter((name) => name !== "auth-basic");
const rows: [string, Totals][] = [];
for (const items of addOns.length > 0 ? [[], addOns] : [[]])
  for (const database of ["sqlite", "postgres"] as const) rows.push(await measure(database, items));
console.log(`| tests that ship, on | ${measures.join(" | ")} |\n|---|${measures.map(() => "---:|").join("")}`);
for (const [name, totals] of rows) {
  console.log(`| ${name} | ${measures.map((measure) => `${totals[measure].pct} %`).join(" | ")} |`);
}
const low = rows.filter(([, { lines }]) => lines.pct < least);
if (low.length > 0) throw new Error(`Fewer than ${least} % of the lines are reached on ${low.map(([name]) => name)}`);

async function measure(database: "sqlite" | "postgres", items: readonly string[]): Promise<[string, Totals]> {
  const name = items.length > 0 ? `${database}, with every add-on` : database;
  const server = database === "postgres" ? await startPostgres() : null;
  const app = await composeApp({ database, items });
  try {
    const run = await runShippedTests(app.dir, server ? { TEST_DATABASE_URL: server.url } : {}, [
      "--coverage",
      "--coverage.include=src/**/*.ts",
      "--coverage.reporter=json-summary",
      "--coverage.reporter=text",
    ]);
    console.log(run.output);
    if (run.exitCode !== 0) throw new Error(`The shipped tests fail on ${name}`);
    const summary = JSON.parse(await readFile(join(app.dir, "coverage/coverage-summary.json"), "utf8"));
    return [name, summary.total];
  } finally {
    await app.remove();
    await server?.close();
  }
}
