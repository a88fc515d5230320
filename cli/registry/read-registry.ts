import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { CliError } from "../errors.js";
import { nearest } from "../ui/nearest.js";
import type { Registry, RegistryItem } from "./registry.js";

const text = z.string().check(z.minLength(1));

const dependencies = z.record(
  z.string(),
  z.strictObject({
    range: text,
    accepts: z.exactOptional(text),
    alias: z.exactOptional(z.boolean()),
    like: z.exactOptional(text),
    runner: z.exactOptional(z.enum(["vitest", "jest"])),
  }),
);

const env = z.array(
  z.strictObject({
    name: z.string().check(z.regex(/^[A-Z][A-Z0-9_]*$/)),
    value: z.enum(["secret", "package-name", "placeholder"]),
    comment: text,
  }),
);

const choice = z.strictObject({
  description: text,
  default: text,
  values: z.record(
    z.string(),
    z.strictObject({
      description: text,
      dependencies: z.exactOptional(dependencies),
      devDependencies: z.exactOptional(dependencies),
      env: z.exactOptional(env),
      nextSteps: z.exactOptional(z.array(text)),
    }),
  ),
});

const registry = z.strictObject({
  name: text,
  items: z.array(
    z.strictObject({
      name: text,
      version: z.string().check(z.regex(/^\d+\.\d+\.\d+$/)),
      title: text,
      description: text,
      requires: z.array(text),
      choices: z.record(z.string(), choice),
      mount: z.nullable(z.strictObject({ file: text, export: text, path: text })),
      dependencies,
      devDependencies: dependencies,
      env,
      scripts: z.record(z.string(), text),
      gitignore: z.array(text),
      renames: z.exactOptional(z.record(z.string(), text)),
      nextSteps: z.array(text),
    }),
  ),
});

/** Checks a parsed registry.json: its shape, that every default is a value, and that every required item is there. */
export function checkRegistry(json: unknown): Registry {
  const parsed = registry.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const keys = issue.code === "unrecognized_keys" ? ` ${issue.keys.join(", ")}` : "";
    throw damaged(`${issue.path.join(".")}: ${issue.code}${keys}`);
  }
  const { items } = parsed.data;
  for (const item of items) {
    for (const [name, { default: value, values }] of Object.entries(item.choices)) {
      if (!Object.hasOwn(values, value)) throw damaged(`${item.name}: the default of ${name} is no value of it`);
    }
    const missing = item.requires.find((required) => !items.some(({ name }) => name === required));
    if (missing) throw damaged(`${item.name} requires ${missing}, which is not there`);
  }
  return parsed.data;
}

/** registry.json of the package at `root`. */
export function readRegistry(root: string): Registry {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(root, "registry.json"), "utf8"));
  } catch (error) {
    throw damaged((error as Error).message);
  }
  return checkRegistry(json);
}

/** The item of that name; an unknown name is refused with the nearest one there is. */
export function findItem(registry: Registry, name: string): RegistryItem {
  const item = registry.items.find((candidate) => candidate.name === name);
  if (item) return item;
  const names = registry.items.map((candidate) => candidate.name);
  const close = nearest(name, names);
  const hint = close ? `did you mean "${close}"?` : `there is ${names.join(", ")}`;
  throw new CliError("UnknownItem", `there is no item "${name}": ${hint}`);
}

function damaged(reason: string): CliError {
  return new CliError("DamagedRegistry", `registry.json is damaged (${reason}): install authwright again`);
}
