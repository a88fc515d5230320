import { defineConfig } from "vitest/config";

/** Those of the command line that start it as a process, or go through every fixture: not part of the quick run. */
const whole = [
  "test/cli/{add-ons,main,package,remove,remove-compiles,update-main}.test.ts",
  "test/cli/{init,completion}/**/*.test.ts",
  "test/cli/commands/update.test.ts",
  "test/cli/plan/plan-remove.test.ts",
  "test/cli/registry/company-catalogue.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/cli/**/*.test.ts"],
          exclude: whole,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "cli",
          include: whole,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: ["test/cli/**", "test/fixtures/**", "**/node_modules/**"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          maxConcurrency: 2,
          globalSetup: ["test/support/postgres-setup.ts"],
        },
      },
    ],
  },
});
