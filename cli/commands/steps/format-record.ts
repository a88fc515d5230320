import { findFormatter } from "../../format/formatter.js";
import { runFormatter } from "../../format/run-formatter.js";
import type { Plan } from "../../plan/plan.js";
import type { Project } from "../../project/project.js";
import { recordPath } from "../../record/paths.js";
import type { InstallRecord } from "../../record/schema.js";

/** Whether an earlier run was told to have the project's formatter lay out what it writes. */
export function isFormatted(record: InstallRecord | null): boolean {
  return Object.values(record?.items ?? {}).some(({ format }) => format !== undefined);
}

/**
 * The plan with its record laid out by the project's own formatter, if its new files are, too: else the project's check
 * of its layout fails for that one file. A formatter that fails leaves it as it is.
 */
export async function formatRecord<P extends Plan>(plan: P, project: Project): Promise<P> {
  const text = plan.changes.find(({ path }) => path === recordPath)?.after;
  if (!text || !isFormatted(plan.record)) return plan;
  const formatter = await findFormatter(project);
  if (!formatter) return plan;
  const [layout = text] = await runFormatter(formatter, [{ path: recordPath, text }], project).catch(() => [text]);
  const changes = plan.changes.map((change) => (change.path === recordPath ? { ...change, after: layout } : change));
  return { ...plan, changes };
}
