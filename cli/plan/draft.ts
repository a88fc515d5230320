import { withMarkOf, withoutMark } from "../text/byte-order-mark.js";
import type { AddedDependency, Change, ManualStep } from "./plan.js";

/** The text of each file that a plan may touch, read beforehand; null where there is no file. */
export type Snapshot = ReadonlyMap<string, string | null>;

/**
 * A plan in the making. Every step reads the text that the steps before it left, without its byte order mark. Line ends stay in
 * the text: where they are mixed, only the place of a line says which one it has.
 */
export interface Draft {
  read(path: string): string | null;
  /** The text before the plan. */
  original(path: string): string | null;
  /** Another text for a file that is there. Its byte order mark stays. */
  edit(path: string, after: string, why: string, secret?: boolean): void;
  /** A whole file of ours, as it is. `after` null deletes the file. */
  write(path: string, after: string | null, why: string, secret?: boolean): void;
  /** A text as it stands in the file at `path`: with the byte order mark that this one has. */
  asIn(path: string, text: string): string;
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
  const current = (path: string) => (staged.has(path) ? staged.get(path)!.after : original(path));
  const asIn = (path: string, text: string) => withMarkOf(current(path) ?? original(path), text);
  const write: Draft["write"] = (path, after, why, secret = false) => {
    const earlier = staged.get(path);
    const reasons = [...(earlier?.why ?? []), why];
    staged.set(path, { after, why: [...new Set(reasons)], secret: secret || (earlier?.secret ?? false) });
  };
  return {
    read: (path) => plain(current(path)),
    original: (path) => plain(original(path)),
    edit: (path, after, why, secret) => write(path, asIn(path, after), why, secret),
    write,
    asIn,
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

function plain(text: string | null): string | null {
  return text === null ? null : withoutMark(text);
}

function change(path: string, before: string | null, after: string | null, why: string, secret: boolean): Change {
  const kind = after === null ? "delete" : before === null ? "create" : "edit";
  return { path, kind, before, after, why, secret };
}
