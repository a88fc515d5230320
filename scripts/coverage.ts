import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { composeApp } from "../test/support/compose.js";
import { startPostgres } from "../test/support/postgres-server.js";
import { runShippedTests } from "../test/support/shipped-tests.js";

/** What of the module its own tests reach: routes, SQL and middleware included, nothing replaced or left out. */
const measures = ["statements", "branches", "functions", "lines"] as const;
type Totals = Record<(typeof measures)[number], { pct: number; covered: number; total: number }>;

const least = Number(process.argv[2] ?? 95);
const rows = [await measure("sqlite"), await measure("postgres")];
console.log(`| tests that ship, on | ${measures.join(" | ")} |\n|---|${measures.map(() => "---:|").join("")}`);
for (const [name, totals] of rows) {
  console.log(`| ${name} | ${measures.map((measure) => `${totals[measure].pct} %`).join(" | ")} |`);
}
const low = rows.filter(([, { lines }]) => lines.pct < least);
if (low.length > 0) throw new Error(`Fewer than ${least} % of the lines are reached on ${low.map(([name]) => name)}`);

async function measure(database: "sqlite" | "postgres"): Promise<[string, Totals]> {
  const server = database === "postgres" ? await startPostgres() : null;
  const app = await composeApp({ database });
  try {
    const run = await runShippedTests(app.dir, server ? { TEST_DATABASE_URL: server.url } : {}, [
      "--coverage",
      "--coverage.include=src/**/*.ts",
      "--coverage.reporter=json-summary",
      "--coverage.reporter=text",
    ]);
    console.log(run.output);
    if (run.exitCode !== 0) throw new Error(`The shipped tests fail on ${database}`);
    const summary = JSON.parse(await readFile(join(app.dir, "coverage/coverage-summary.json"), "utf8"));
    return [database, summary.total];
  } finally {
    await app.remove();
    await server?.close();
  }
}
