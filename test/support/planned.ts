import { join } from "node:path";
import fs from "fs-extra";
import { readSnapshot } from "../../cli/commands/steps/read-snapshot.js";
import { planAdd } from "../../cli/plan/add/plan-add.js";
import { pathsToRead } from "../../cli/plan/input.js";
import type { Plan, Selection } from "../../cli/plan/plan.js";
import type { Overrides } from "../../cli/project/project.js";
import { readProject } from "../../cli/project/read-project.js";
import { pickChoices } from "../../cli/registry/choices.js";
import type { RegistryItem } from "../../cli/registry/registry.js";
import type { TemplateFile } from "../../cli/registry/templates.js";

/** A small item with one choice: enough to see every rule of the plan at work. */
export const door: RegistryItem = {
  name: "door",
  version: "1.0.0",
  title: "A door",
  description: "A door",
  requires: [],
  choices: {
    lock: {
      description: "The lock",
      default: "key",
      values: {
        key: { description: "A key", dependencies: { keyring: { range: "^2.0.0" } } },
        code: {
          description: "A code",
          dependencies: { keypad: { range: "^3.1.0" } },
          env: [{ name: "PAD_URL", value: "placeholder", comment: "Where the pad is" }],
        },
      },
    },
  },
  mount: { file: "src/routes/door.ts", export: "doorRouter", path: "/door" },
  dependencies: { zod: { range: "^4.0.0", alias: true }, jsonwebtoken: { range: "^9.0.2" } },
  devDependencies: {
    "@types/express": { range: "^5.0.0", accepts: "*", like: "express" },
    vitest: { range: "^4.0.0", accepts: "*", runner: "vitest" },
    "@jest/globals": { range: "^30.0.0", accepts: "*", like: "jest", runner: "jest" },
  },
  env: [
    { name: "DOOR_SECRET", value: "secret", comment: "Keep it" },
    { name: "DOOR_ISSUER", value: "package-name", comment: "Whose door" },
  ],
  scripts: { "door:open": "node {src}/door/open.ts {out}/door/open.js" },
  gitignore: [".env", ".data/"],
  nextSteps: ["{run} door:open, {test}, {mount}, {import:src/routes/door.ts}"],
};

const texts: Readonly<Record<string, string>> = {
  "base/src/routes/door.ts": 'import { lock } from "../door/lock.js";\nexport const doorRouter = lock;\n',
  "base/test/door.test.ts":
    'import { test } from "vitest";\nimport { z } from "zod";\nimport { lock } from "../src/door/lock.js";\n',
  "lock/key/src/door/lock.ts": 'export const lock = "key";\n',
  "lock/key/src/door/ring.ts": 'export const ring = "ring";\n',
  "lock/code/src/door/lock.ts": 'export const lock = "code";\n',
};

/** The door's files for the chosen lock. */
export function doorTemplates(lock: string): TemplateFile[] {
  return Object.entries(texts)
    .filter(([path]) => path.startsWith("base/") || path.startsWith(`lock/${lock}/`))
    .map(([path, text]) => ({ template: `door/${path}`, path: path.replace(/^(base|lock\/[^/]+)\//, ""), text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface Planning {
  readonly flags?: Readonly<Record<string, string>>;
  readonly overrides?: Overrides;
  readonly selection?: Partial<Selection>;
  readonly item?: RegistryItem;
  readonly overwrite?: boolean;
  /** More files than the door's own. */
  readonly templates?: readonly TemplateFile[];
}

/** The plan of adding the door to the repo in a folder; secrets are counted, not drawn. */
export async function planDoor(dir: string, options: Planning = {}): Promise<Plan> {
  const { flags = {}, overrides = {}, item = door, overwrite = false, templates = [] } = options;
  const project = await readProject(dir, overrides);
  const choices = pickChoices(item, flags, project);
  const installed = project.record?.items[item.name];
  const selection: Selection = {
    item: item.name,
    choices,
    mount: "/door",
    sourceDir: installed?.sourceDir ?? project.sourceDir,
    testDir: installed?.testDir ?? "test",
    ...options.selection,
  };
  const parts = [{ item, selection, templates: [...doorTemplates(choices["lock"]!), ...templates] }];
  let drawn = 0;
  const secret = () => `secret-${++drawn}`;
  const files = await readSnapshot(project.root, pathsToRead(project, parts));
  return planAdd({ project, parts, files, secret, install: true, overwrite });
}

/** Writes a plan the simple way, for tests that need the repo as it is afterwards. */
export async function carryOut(plan: Plan, dir: string): Promise<void> {
  for (const { path, after } of plan.changes) {
    if (after === null) await fs.remove(join(dir, path));
    else await fs.outputFile(join(dir, path), after);
  }
}
