import { packageJsonOf } from "../../project/packages/package-json.js";
import type { Project } from "../../project/project.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { parseObject } from "../../text/json.js";
import type { Change, Removal } from "../plan.js";
import { planRemove } from "./plan-remove.js";
import type { RemoveInput } from "./remove-input.js";

/** All that `planRemovals` looks at. */
export interface RemovalsInput extends Omit<RemoveInput, "item" | "installed"> {
  /** In the order in which they go; the last is the one that was named. */
  readonly items: readonly string[];
}

/** Taking an item away together with its companions, as one plan. Pure. */
export function planRemovals({ items, ...input }: RemovalsInput): Removal {
  let now: Omit<RemoveInput, "item" | "installed"> = input;
  const plans = items.map((item) => {
    const plan = planRemove({ ...now, item, installed: now.project.record!.items[item]! });
    now = { ...afterwards(now, plan), kept: [...(now.kept ?? []), ...plan.kept.map(({ what }) => what)] };
    return plan;
  });
  return plans.reduce(joined);
}

type Still = Omit<RemoveInput, "item" | "installed">;

/** The project as a plan leaves it. */
function afterwards(before: Still, { changes, record }: Removal): Still {
  const texts = new Map(changes.filter(({ opaque }) => !opaque).map(({ path, after }) => [path, after]));
  return {
    ...before,
    project: withTexts({ ...before.project, record }, texts),
    files: new Map([...before.files].map(([path, text]) => [path, texts.has(path) ? texts.get(path)! : text])),
    sources: changed(before.sources, texts),
    configs: changed(before.configs, texts),
  };
}

function withTexts(project: Project, texts: ReadonlyMap<string, string | null>): Project {
  const text = texts.get("package.json");
  const members = text ? parseObject(text) : null;
  return text && members ? { ...project, packageJson: packageJsonOf(text, members) } : project;
}

function changed(sources: readonly SourceText[], texts: ReadonlyMap<string, string | null>): SourceText[] {
  return sources.flatMap((source) => {
    if (!texts.has(source.path)) return [source];
    const text = texts.get(source.path);
    return text == null ? [] : [{ ...source, text }];
  });
}

/** Two plans, one after the other, as one. */
function joined(first: Removal, later: Removal): Removal {
  const changes = joinedChanges(first.changes, later.changes);
  const gone = new Set(changes.filter(({ kind }) => kind === "delete").map(({ path }) => path));
  return {
    ...later,
    selections: [...later.selections, ...first.selections],
    changes,
    manual: [...first.manual, ...later.manual].filter(({ path }) => !gone.has(path)),
    install: later.install ?? first.install,
    warnings: [...new Set([...first.warnings, ...later.warnings])],
    removed: {
      dependencies: both(first, later, "dependencies"),
      scripts: both(first, later, "scripts"),
      env: both(first, later, "env"),
    },
    kept: [...first.kept, ...later.kept].filter(({ what }) => !gone.has(what)),
  };
}

function both(first: Removal, later: Removal, list: keyof Removal["removed"]): readonly string[] {
  return [...new Set([...first.removed[list], ...later.removed[list]])];
}

function joinedChanges(first: readonly Change[], later: readonly Change[]): Change[] {
  const all = new Map(first.map((change) => [change.path, change]));
  for (const change of later) {
    const known = all.get(change.path);
    all.set(change.path, known ? joinedChange(known, change) : change);
  }
  return [...all.values()].filter(({ before, after }) => before !== after);
}

function joinedChange(first: Change, { after, why, secret }: Change): Change {
  const kind = after === null ? "delete" : first.before === null ? "create" : "edit";
  const reasons = [...new Set([first.why, why])].join(", ");
  return { ...first, kind, after, why: reasons, secret: first.secret || secret };
}
