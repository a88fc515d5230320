import { createHash } from "node:crypto";
import { checks } from "../../cli/doctor/checks.js";
import type { Checkup, EnvFile, Finding } from "../../cli/doctor/checkup.js";
import type { Project } from "../../cli/project/project.js";
import type { InstalledItem } from "../../cli/record/schema.js";
import { ownFacts } from "../../cli/registry/facts/read-facts.js";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { repo } from "./template-tree.js";

const installed: InstalledItem = {
  version: "0.1.0",
  choices: { database: "sqlite", errors: "rfc" },
  mount: "/api/auth",
  sourceDir: "src",
  testDir: "test",
  files: {},
  patches: [],
  env: [],
  scripts: {},
  dependencies: {},
  devDependencies: {},
};

const project = {
  aliases: [{ prefix: "@/", target: "src/" }],
  entry: { path: "src/server.ts", because: "test" },
  modules: { format: "esm", extension: ".js" },
} as unknown as Project;

const { items } = readRegistry(repo);
/** What every item of ours says of itself. */
export const facts = new Map(
  await Promise.all(items.map(async ({ name }) => [name, await ownFacts(repo, name)] as const)),
);

type Texts = Readonly<Record<string, string>>;

/** What a test says about a project; the rest of it is sound. */
export interface Given extends Partial<Omit<Checkup, "sources" | "env" | "outputs" | "deploy">> {
  readonly sources?: Texts;
  /** Dockerfile, compose file, workflow. */
  readonly deploy?: Texts;
  readonly outputs?: Texts;
  /** Text of `.env` and the like; `tracked` names those that git has. */
  readonly env?: Texts;
  readonly tracked?: readonly string[];
  readonly past?: Texts;
  /** Installed files: path -> template and the text as installed. */
  readonly files?: Readonly<Record<string, { readonly template: string; readonly base: string }>>;
}

const soundSources: Texts = {
  "src/server.ts":
    'import express from "express";\nimport { authRouter } from "./routes/auth.js";\nconst app = express();\n' +
    'app.set("trust proxy", 1);\napp.use(express.json());\napp.use("/api/auth", authRouter);\n' +
    "app.use((_req, res) => { res.status(404).end(); });\n",
  "src/routes/auth.ts": "export const authRouter = 1;\n",
};

/** A project without a finding, but for what the test says. */
export function checkupOf(given: Given = {}): Checkup {
  const { sources = {}, outputs = {}, deploy = {}, env = {}, tracked = [], past = {}, files = {}, ...rest } = given;
  const listed = (texts: Texts) => Object.entries(texts).map(([path, text]) => ({ path, text }));
  const recorded = Object.entries(files).map(([path, { template, base }]) => [path, { template, sha256: hash(base) }]);
  return {
    project,
    record: { version: 1, items: { "auth-basic": { ...installed, files: Object.fromEntries(recorded) } } },
    items,
    facts,
    missing: [],
    sources: listed({ ...soundSources, ...sources }),
    outputs: listed(outputs),
    bases: new Map(Object.entries(files).map(([path, { base }]) => [path, base])),
    env: listed(env).map(
      (file): EnvFile => ({ ...file, tracked: tracked.includes(file.path), past: [past[file.path] ?? ""] }),
    ),
    git: { known: true, exposed: [] },
    deploy: listed(deploy),
    keyFiles: [],
    now: new Date(),
    database: null,
    advisories: [],
    audit: { kind: "answered", holes: [] },
    ...rest,
  };
}

/** The names that findings may have: an item's rules have names of their own. */
export const checkNames: readonly string[] = checks.flatMap(({ name }) =>
  name === "settings" ? [...facts.values()].flatMap(({ settings = [] }) => settings.map(({ check }) => check)) : [name],
);

/** What one check finds. */
export function findingsOf(name: string, given: Given = {}): Finding[] {
  const check = checks.find((one) => one.name === name) ?? checks.find((one) => one.name === "settings")!;
  return check.run(checkupOf(given)).filter((finding) => (finding.check ?? check.name) === name);
}

/** The same in short: level, place, what. */
export function shortly(findings: readonly Finding[]): string[] {
  return findings.map(({ level, file, line, what }) => `${level} ${file}:${line} ${what}`);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
