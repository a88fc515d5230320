import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.js";

declare module "vitest" {
  export interface ProvidedContext {
    postgresAdminUrl: string;
  }
}

/** The suite brings its own Postgres, unless TEST_DATABASE_URL names one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined && given !== "") {
    console.log("Postgres for the tests: the one of TEST_DATABASE_URL");
    project.provide("postgresAdminUrl", given);
    return async () => {};
  }
  const server = await startPostgres();
  console.log(`Postgres for the tests: ${server.name}`);
  project.provide("postgresAdminUrl", server.url);
  return server.close;
}
