import { describe, expect, test } from "vitest";
import type { Change, Plan } from "../../../cli/plan/plan.js";
import { renderPlan } from "../../../cli/ui/render-plan.js";

const nothing = { selections: [], guesses: [], manual: [], install: null, warnings: [], nextSteps: [] };
const empty = { ...nothing, dependencies: [], env: [], record: { version: 1, items: {} } } as const;

const created = (path: string, why: string): Change => ({
  path,
  kind: "create",
  before: null,
  after: "one\ntwo\n",
  why,
  secret: false,
});
const many = ["a", "b", "c", "d", "e", "f"].map((name) => created(`src/auth/${name}.ts`, "auth-basic"));
const edit: Change = { ...created("src/server.ts", "mounts it"), kind: "edit", before: "one\n" };

const planOf = (changes: Change[]): Plan => ({ ...empty, changes });

describe("the files of a plan", () => {
  test("are one line where an item brings many, with their number, lines and folders", () => {
    const text = renderPlan(planOf([...many, edit]), { dryRun: true });
    expect(text).toContain("+ auth-basic: 6 new files +12 (src/auth; --verbose names them)");
    expect(text).not.toContain("src/auth/a.ts");
    expect(text).toContain("~ src/server.ts +1 (mounts it)");
  });

  test("that another item has put an entry into count as those of their owner", () => {
    const shared = created("src/auth/close.ts", "auth-basic, auth-cookies: closeSessionCache in closers");
    const text = renderPlan(planOf([...many, shared]), { dryRun: true });
    expect(text).toContain("auth-basic: 7 new files +14");
  });

  test("are all named under --verbose, and where they are few", () => {
    expect(renderPlan(planOf(many), { dryRun: true, verbose: true })).toContain("+ src/auth/a.ts +2");
    expect(renderPlan(planOf(many.slice(0, 5)), { dryRun: true })).toContain("+ src/auth/a.ts +2");
  });
});
