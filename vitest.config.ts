import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/cli/**/*.test.ts", "test/templates/**/*.unit.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/cli/**/*.test.ts",
            "test/templates/**/*.unit.test.ts",
            "test/fixtures/**",
            "**/node_modules/**",
          ],
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
