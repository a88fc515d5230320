import { basename } from "node:path";
import { addEnvKeys, envKeys, envWarnings } from "../../edits/dotenv.js";
import type { Project } from "../../project/project.js";
import { chosenParts } from "../../registry/choices.js";
import type { EnvKey } from "../../registry/registry.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { Part } from "../input.js";

export interface EnvironmentOptions {
  readonly project: Project;
  readonly secret: () => string;
  /** Keys that got a value earlier: where they are gone, the user keeps them elsewhere. */
  readonly settled?: readonly string[];
}

/** Adds the keys that .env lacks, with values, and those that the sample file lacks, by name only. Returns the names. */
export function planEnvironment(
  { item, selection }: Part,
  { project, secret, settled = [] }: EnvironmentOptions,
  draft: Draft,
): string[] {
  const keys = chosenParts(item, selection.choices).env;
  const present = envKeys(draft.read(".env") ?? "");
  const missing = keys.filter(
    ({ name, value }) => value !== "placeholder" && !present.get(name) && !settled.includes(name),
  );
  const values = missing.map((key) => ({ name: key.name, value: freshValue(key, project, secret) }));
  const added = values.length > 0 && applyEdit(addEnvKeys(draft.read(".env"), values), env(), draft);
  const examples = keys.map(({ name, comment }) => ({ name, value: "", comment }));
  const { sampleEnv: sample } = project;
  applyEdit(addEnvKeys(draft.read(sample), examples), { path: sample, why: "the names of the keys" }, draft);
  const unclear = envWarnings(
    draft.asIn(".env", draft.read(".env") ?? ""),
    keys.map(({ name }) => name),
  );
  draft.warnings.push(...unclear.map((warning) => `.env: ${warning}`));
  const names = added ? missing.map(({ name }) => name) : [];
  draft.env.push(...names);
  return names;
}

function freshValue({ value }: EnvKey, { packageJson, root }: Project, secret: () => string): string {
  return value === "secret" ? secret() : packageJson.name || basename(root);
}

const env = () => ({ path: ".env", why: "keys with fresh values", secret: true });
