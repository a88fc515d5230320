import { join } from "node:path";
import fs from "fs-extra";
import { writeCatalogue } from "./company-catalogue.js";

const rest = {
  choices: {},
  mount: null,
  packages: {},
  devPackages: {},
  env: [],
  scripts: {},
  gitignore: [],
  nextSteps: [],
};

function item(name: string, parts: object) {
  return { name, version: "1.0.0", title: `The ${name}`, description: name, requires: [], ...rest, ...parts };
}

const sink = (name: string) => ({ list: "eventSinks", entry: name, from: `src/audit/${name}.ts` });

/** Two items, what comes with both, what comes with one of them and one of authwright's, and what joins these two. */
const items = [
  item("stamp", { requires: ["auth-basic"] }),
  item("audit-stamp", {
    comesWith: ["audit-log", "stamp"],
    appends: [sink("stampEvent")],
    packages: { bowser: { range: "^2.15.0" } },
    env: [{ name: "STAMP_KEY", value: "secret", comment: "Signs stamps" }],
    scripts: { "stamp:check": "node --check {out}/audit/stampEvent.js" },
    gitignore: [".stamps/"],
    nextSteps: ["Events are stamped by {import:src/audit/stampEvent.ts}"],
  }),
  item("audit-sudo", { comesWith: ["audit-log", "auth-sudo"], appends: [sink("sudoEvent")] }),
  item("stamp-sudo", { comesWith: ["audit-stamp", "audit-sudo"] }),
];

const texts: Readonly<Record<string, string>> = {
  "stamp/base/src/stamp/stamp.ts": "export function stamp(text: string): string {\n  return text.toUpperCase();\n}\n",
  "audit-stamp/base/src/audit/stampEvent.ts":
    'import bowser from "bowser";\nimport type { AuthEvent } from "../auth/events.js";\nimport { stamp } from "../stamp/stamp.js";\n' +
    'import { record } from "./log.js";\n\n' +
    'export function stampEvent({ event, userId }: AuthEvent): void {\n  record(userId ?? "", stamp(event), bowser ? "" : "");\n}\n',
  "audit-stamp/base/docs/auth/audit-stamp.md": "# Stamps\n",
  "audit-sudo/base/src/audit/sudoEvent.ts":
    'import type { AuthEvent } from "../auth/events.js";\nimport { record } from "./log.js";\n\n' +
    'export function sudoEvent({ event }: AuthEvent): void {\n  record("sudo", event, "");\n}\n',
  "stamp-sudo/base/src/audit/both.ts":
    'import { stampEvent } from "./stampEvent.js";\nimport { sudoEvent } from "./sudoEvent.js";\n\n' +
    "export const both = [stampEvent, sudoEvent];\n",
};

/** The catalogue of docs/registry.md with companions in it. */
export async function writeCompanions(): Promise<string> {
  const folder = await writeCatalogue();
  const registry = await fs.readJson(join(folder, "registry.json"));
  await fs.writeJson(
    join(folder, "registry.json"),
    { ...registry, items: [...registry.items, ...items] },
    { spaces: 2 },
  );
  for (const [path, text] of Object.entries(texts)) await fs.outputFile(join(folder, "templates", path), text);
  return folder;
}
