import pc from "picocolors";

/** Colours for a person at a terminal only: a pipe, a file and a CI log get plain text. NO_COLOR and FORCE_COLOR decide before that. */
export const colors = pc.createColors(wantsColors(process.env, process.stdout.isTTY));

/** Whether what is written to a terminal, or to none, has colours. */
export function wantsColors(env: NodeJS.ProcessEnv, isTerminal: boolean | undefined): boolean {
  if (env["NO_COLOR"]) return false;
  return Boolean(env["FORCE_COLOR"]) || (isTerminal === true && env["TERM"] !== "dumb");
}
