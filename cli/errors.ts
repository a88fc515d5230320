/** Exit codes of the command line; docs/cli.md lists them. */
export const exitCode = { done: 0, failed: 1, usage: 2, conflicts: 3, manual: 4, interrupted: 130 } as const;

/** The closed list of what can go wrong, and the exit code each ends with. */
export const failures = {
  BadArgument: exitCode.usage,
  AnswerNeeded: exitCode.usage,
  UnsupportedProject: exitCode.usage,
  Collision: exitCode.usage,
  DependencyConflict: exitCode.usage,
  UnknownItem: exitCode.usage,
  DamagedRecord: exitCode.usage,
  MergeConflicts: exitCode.conflicts,
  MergeInProgress: exitCode.usage,
  BadRegistry: exitCode.usage,
  RegistryChanged: exitCode.usage,
  RegistryUnreachable: exitCode.failed,
  DamagedRegistry: exitCode.failed,
  FileChanged: exitCode.failed,
  WriteFailed: exitCode.failed,
  InstallFailed: exitCode.failed,
  Interrupted: exitCode.interrupted,
} as const;

export type FailureCode = keyof typeof failures;

/** The page of docs/ that says more of a failure; of the others, their line says all there is. */
export const pages: Readonly<Partial<Record<string, string>>> = {
  UnsupportedProject: "cli",
  DependencyConflict: "cli",
  DamagedRecord: "update",
  MergeConflicts: "update",
  MergeInProgress: "update",
  BadRegistry: "registry",
  RegistryChanged: "registry",
  RegistryUnreachable: "registry",
} satisfies Partial<Record<FailureCode, string>>;

/** One line that says what is wrong, where, and what to do. `main.ts` prints it and picks the exit code. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: FailureCode;
  /** More lines for a person, printed below the one line: what a package manager said. */
  readonly detail: readonly string[];

  constructor(code: FailureCode, message: string, options?: ErrorOptions & { detail?: readonly string[] }) {
    super(message, options);
    this.code = code;
    this.detail = options?.detail ?? [];
  }
}
