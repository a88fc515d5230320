import { randomBytes } from "node:crypto";

/** A server to test on. Without one, the tests bring PGlite: Postgres in this process, in memory. */
export const testServerUrl = process.env["TEST_DATABASE_URL"] || undefined;

/** The tests keep to a schema of their own, so that tables that are there already stay untouched. */
export const testSchema = `auth_test_${randomBytes(6).toString("hex")}`;

/** What DATABASE_URL is while the tests run. */
export const databaseUrl = testServerUrl
  ? withSearchPath(testServerUrl, testSchema)
  : "postgres://nobody@127.0.0.1:1/pglite-takes-its-place";

function withSearchPath(serverUrl: string, schema: string): string {
  const url = new URL(serverUrl);
  const options = url.searchParams.get("options") ?? "";
  url.searchParams.set("options", `${options} -c search_path=${schema}`.trim());
  return url.href;
}
