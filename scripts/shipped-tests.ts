// Runs the tests that ship, in the tree that a user gets: npm run shipped -- sqlite auth-cookies,auth-sudo [test file]
// LOGIN=email, ERRORS=auth-basic and ALGORITHM=es512 compose it with that value of the choice.
import { composeApp } from "../test/support/compose.js";
import { startPostgres } from "../test/support/postgres-server.js";
import { runShippedTests } from "../test/support/shipped-tests.js";

const [database = "sqlite", items = "", ...args] = process.argv.slice(2);
if (database !== "sqlite" && database !== "postgres" && database !== "pglite")
  throw new Error(`Name sqlite, postgres or pglite, not ${database}`);
const login = process.env["LOGIN"] === "email" ? "email" : "username";
const errors = process.env["ERRORS"] === "auth-basic" ? "auth-basic" : "rfc";
const algorithm = process.env["ALGORITHM"] === "es512" ? "es512" : "es256";
const app = await composeApp({
  login,
  algorithm,
  errors,
  database: database === "sqlite" ? "sqlite" : "postgres",
  items: items.split(",").filter(Boolean),
});
const server = database === "postgres" ? await startPostgres() : null;
try {
  const { exitCode, output } = await runShippedTests(app.dir, server ? { TEST_DATABASE_URL: server.url } : {}, args);
  console.log(output);
  process.exitCode = exitCode ?? 1;
} finally {
  await app.remove();
  await server?.close();
}
