import { defineConfig } from "vitest/config";

/** Those of the command line that start it as a process, or go through every fixture: not part of the quick run. */
const slow = "test/process/**/*.test.ts";

export default defineConfig({
  test: {
    // Without it, one core is left for a watching developer, and a machine of two works at half its speed.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{cli,scripts}/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "cli",
          include: [slow],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: ["test/{cli,scripts}/**", slow, "test/fixtures/**", "**/node_modules/**"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Each starts processes of its own, which take the other cores.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          maxConcurrency: 2,
          globalSetup: ["test/support/postgres-setup.ts"],
        },
      },
    ],
  },
});
