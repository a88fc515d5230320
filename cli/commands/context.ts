import type { Voice } from "../ui/output.js";

/** The flags that every command takes, as commander has read them. */
export interface GlobalFlags extends Voice {
  readonly cwd: string;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly install: boolean;
  readonly overwrite: boolean;
  readonly strict: boolean;
}

/** What a command gets besides its own arguments. */
export interface Context {
  readonly flags: GlobalFlags;
  /** The folder with the registry.json and templates/ to install from. */
  readonly packageRoot: string;
  /** Aborted by a signal. */
  readonly signal: AbortSignal;
  /** Work that a signal must not cut short: it stops by itself, and puts everything back first. */
  uncut<T>(work: () => Promise<T>): Promise<T>;
}
