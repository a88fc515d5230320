import { describe, expect, test } from "vitest";
import { type Change, emptyPlan, type Plan } from "../../../cli/plan/plan.js";
import { withInstallStep } from "../../../cli/plan/steps/next-steps.js";
import { renderChanges } from "../../../cli/ui/render-diff.js";
import { renderPlan } from "../../../cli/ui/render-plan.js";

const empty = { ...emptyPlan, kind: "addition" } as const;

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

describe("the user's own files", () => {
  const ours = { path: "src/auth/a.ts", template: "x", sha256: "y" };
  const record = { version: 1, items: { x: { files: { [ours.path]: ours } } } } as unknown as Plan["record"];
  const change = (path: string, before: string, after: string, secret = false): Change => ({
    path,
    kind: "edit",
    before,
    after,
    why: "because",
    secret,
  });
  const entry = change("src/server.ts", "a;\nlisten();\n", 'import { x } from "x";\na;\napp.use(x);\nlisten();\n');
  const changes = [created("src/auth/a.ts", "auth-basic"), entry];

  test("stand first in the plan of an add, with each line and its place", () => {
    const text = renderPlan({ ...planOf(changes), record }, { dryRun: true });
    expect(text).toContain('\n  src/server.ts (because)\n    1: import { x } from "x";\n    3: app.use(x);\n');
    expect(text.indexOf("src/server.ts")).toBeLessThan(text.indexOf("src/auth/a.ts"));
    expect(text.indexOf("Lines in your own files")).toBeLessThan(text.indexOf("Files"));
  });

  test("long additions are cut, and package.json and secrets are told by their number", () => {
    const long = change(".env.sample", "", "a\nb\nc\nd\ne\nf\n");
    const secret = change(".env", "", "KEY=hunter2\n", true);
    const manifest = change("package.json", "{}\n", '{ "a": 1 }\n');
    const text = renderPlan({ ...planOf([long, secret, manifest]), record }, { dryRun: true });
    expect(text).toContain("    4: d\n    and 2 more\n");
    expect(text).toContain("  .env +1 (because)\n  package.json +1 (because)\n");
    expect(text).not.toContain("hunter2");
  });

  test("a file of ours and the record are none of them", () => {
    const own = [change("src/auth/a.ts", "", "a\n"), change("authwright.json", "", "{}\n")];
    expect(renderPlan({ ...planOf(own), record }, { dryRun: true })).not.toContain("Lines in your own files");
  });

  test("the diff that `d` shows has them first, and no secret", () => {
    const secret = change(".env", "", "KEY=hunter2\n", true);
    const text = renderChanges({ ...planOf([...changes, secret]), record });
    expect(text.indexOf("+app.use(x);")).toBeGreaterThan(0);
    expect(text.indexOf("+app.use(x);")).toBeLessThan(text.indexOf("src/auth/a.ts"));
    expect(text).toContain("# .env: not shown");
    expect(text).not.toContain("hunter2");
  });
});

test("where the package manager was not to run, Next names its command, after a router that is not mounted", () => {
  const dependencies = [{ name: "zod", range: "^4.0.0", dev: false, raisedFrom: null }];
  const plan = { ...empty, changes: [], dependencies, nextSteps: ["Start it", "Not mounted yet: do"] };
  const project = { packageManager: { name: "pnpm" as const, install: ["pnpm", "install"], run: "pnpm" } };
  expect(withInstallStep(plan, project).nextSteps).toEqual([
    "Not mounted yet: do",
    "Install the packages: pnpm install",
    "Start it",
  ]);
  expect(withInstallStep({ ...plan, install: ["pnpm", "install"] }, project).nextSteps).toEqual(plan.nextSteps);
});
