import { describe, expect, test } from "vitest";
import { emptyPlan, type Plan } from "../../../cli/plan/plan.js";
import { planJson } from "../../../cli/ui/plan-json.js";

const removed = { dependencies: ["zod"], scripts: [], env: ["KEY"] };
const outcome = { path: "a.ts", what: "merged", note: null, movedFrom: null, conflicts: [] } as const;
const update = { kind: "update", versions: [], brings: [], outcomes: [outcome], unmerged: [] } as const;
const head = ["applied", "dryRun", "items", "guesses"];
const tail = ["manual", "install", "warnings", "nextSteps"];

const rows: readonly [string, Plan, readonly string[]][] = [
  ["an addition", { ...emptyPlan, kind: "addition" }, [...head, "changes", "dependencies", "scripts", "env", ...tail]],
  [
    "an addition with entries, companions and a second catalogue",
    {
      ...emptyPlan,
      kind: "addition",
      appends: [{ item: "a", file: "f.ts", list: "l", entry: "e", from: "g.ts" }],
      companions: [{ item: "a-b", comesWith: ["a", "b"] }],
      origins: [{ item: "a", source: "s", sha256: "0" }],
    },
    [...head, "changes", "dependencies", "scripts", "appends", "companions", "origins", "env", ...tail],
  ],
  [
    "an update",
    { ...emptyPlan, ...update },
    [...head, "versions", "files", "changes", "dependencies", "scripts", "env", ...tail],
  ],
  [
    "an update that the changelog has lines on",
    { ...emptyPlan, ...update, brings: ["security: x"] },
    [...head, "versions", "brings", "files", "changes", "dependencies", "scripts", "env", ...tail],
  ],
  [
    "the record of a settled update",
    { ...emptyPlan, kind: "settlement" },
    [...head, "changes", "dependencies", "env", ...tail],
  ],
  [
    "a removal",
    { ...emptyPlan, kind: "removal", removed, folders: null, kept: [{ what: "a.ts", why: "edited" }] },
    [...head, "changes", "dependencies", "env", "removed", "kept", ...tail],
  ],
];

describe("the JSON of a plan has these members, in this order:", () => {
  test.each(rows)("%s", (_, plan, members) => {
    expect(Object.keys(planJson(plan, { dryRun: true }))).toEqual(members);
  });

  test("what is secret is named, and its text is left out", () => {
    const change = {
      path: ".env",
      kind: "create",
      before: null,
      after: "KEY=hunter2\n",
      why: "keys",
      secret: true,
    } as const;
    const json = planJson({ ...emptyPlan, kind: "addition", changes: [change] }, { dryRun: false });
    expect(json).toMatchObject({ applied: true, changes: [{ path: ".env", added: 1 }] });
    expect(JSON.stringify(json)).not.toContain("hunter2");
  });
});
