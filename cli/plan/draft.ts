import type { AddedDependency, Change, ManualStep } from "./plan.js";

/** The text of each file that a plan may touch, read beforehand; null where there is no file. */
export type Snapshot = ReadonlyMap<string, string | null>;

/** A plan in the making. Every step reads the text that the steps before it left. */
export interface Draft {
  read(path: string): string | null;
  /** The text before the plan. */
  original(path: string): string | null;
  /** `after` null deletes the file. */
  write(path: string, after: string | null, why: string, secret?: boolean): void;
  changes(): Change[];
  readonly manual: ManualStep[];
  readonly warnings: string[];
  readonly nextSteps: string[];
  readonly dependencies: AddedDependency[];
  readonly env: string[];
  readonly scripts: Record<string, string>;
}

/** An empty draft over the files as they are. */
export function startDraft(files: Snapshot): Draft {
  const staged = new Map<string, { after: string | null; why: string[]; secret: boolean }>();
  const original = (path: string): string | null => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`${path} was not read before planning`);
    return text;
  };
  return {
    read: (path) => staged.get(path)?.after ?? (staged.has(path) ? null : original(path)),
    original,
    write(path, after, why, secret = false) {
      const earlier = staged.get(path);
      const reasons = [...(earlier?.why ?? []), why];
      staged.set(path, { after, why: [...new Set(reasons)], secret: secret || (earlier?.secret ?? false) });
    },
    changes: () =>
      [...staged]
        .map(([path, { after, why, secret }]) => change(path, original(path), after, why.join(", "), secret))
        .filter(({ before, after }) => before !== after),
    manual: [],
    warnings: [],
    nextSteps: [],
    dependencies: [],
    env: [],
    scripts: {},
  };
}

function change(path: string, before: string | null, after: string | null, why: string, secret: boolean): Change {
  const kind = after === null ? "delete" : before === null ? "create" : "edit";
  return { path, kind, before, after, why, secret };
}
