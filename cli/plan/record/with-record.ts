import { recordPath } from "../../record/paths.js";
import { recordText } from "../../record/record-text.js";
import type { InstallRecord } from "../../record/schema.js";
import type { Plan } from "../plan.js";

/** The plan with another record, also in the file that it writes. */
export function withRecord<P extends Plan>(plan: P, record: InstallRecord): P {
  const changes = plan.changes.map((change) =>
    change.path === recordPath ? { ...change, after: recordText(record, change.before) } : change,
  );
  return { ...plan, record, changes };
}
