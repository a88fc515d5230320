import { join } from "node:path";
import { CliError } from "../errors.js";
import { readText } from "../text/text-file.js";
import { recordPath } from "./paths.js";
import type { InstallRecord } from "./schema.js";

/** The parsed record, or null before the first add. A damaged one would make update and remove lose edits: it stops us. */
export async function readRecord(root: string): Promise<InstallRecord | null> {
  const text = await readText(join(root, recordPath));
  if (text === null) return null;
  const value = parse(text);
  // Loaded here: a project without a record doesn't wait for it.
  const { recordProblem } = await import("./schema.js");
  const problem = value === undefined ? "no valid JSON" : recordProblem(value);
  if (problem === null) return value as InstallRecord;
  throw new CliError(
    "DamagedRecord",
    `${join(root, recordPath)} is damaged (${problem}): restore it from version control`,
  );
}

/** Threat: a member `__proto__`, which a check by schema passes over. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text, (name, value: unknown) => {
      if (name === "__proto__") throw new SyntaxError(name);
      return value;
    });
  } catch {
    return undefined;
  }
}
