import { defineConfig } from "vitest/config";
import { testHangMs, waitHangMs } from "./test/support/limits.js";

const limits = { testTimeout: testHangMs, hookTimeout: testHangMs, expect: { poll: { timeout: waitHangMs } } };

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
          ...limits,
          include: ["test/{cli,scripts}/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "cli",
          ...limits,
          include: [slow],
        },
      },
      {
        test: {
          name: "system",
          ...limits,
          include: ["test/**/*.test.ts"],
          exclude: ["test/{cli,scripts}/**", slow, "test/fixtures/**", "**/node_modules/**"],
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
