import { CliError } from "../../errors.js";

/** A second catalogue that can't be used, or one item of it. */
export function badRegistry(where: string, reason: string): CliError {
  return new CliError("BadRegistry", `the registry ${where} can't be used (${reason}): its owner has to repair it`);
}
