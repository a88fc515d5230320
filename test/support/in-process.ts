import { vi } from "vitest";
import type { Context, GlobalFlags } from "../../cli/commands/context.js";
import { CliError, failures } from "../../cli/errors.js";

/** How a command ended, and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly error: string;
}

/** A context as main.ts makes it, on another package and project. */
export function contextFor(packageRoot: string, cwd: string, flags: Partial<GlobalFlags> = {}): Context {
  const off = { yes: true, dryRun: false, json: false, overwrite: false, strict: false, silent: false, verbose: false };
  return {
    flags: { ...off, install: false, cwd, ...flags },
    packageRoot,
    signal: new AbortController().signal,
    uncut: (work) => work(),
  };
}

/** Runs a command in this process, and says what it printed. */
export async function runCommand(command: () => Promise<number>): Promise<Outcome> {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    printed.push(String(chunk));
    return true;
  });
  try {
    const code = await command();
    return { code, stdout: printed.join(""), error: "" };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { code: failures[error.code], stdout: printed.join(""), error: [error.message, ...error.detail].join("\n") };
  } finally {
    spy.mockRestore();
  }
}
