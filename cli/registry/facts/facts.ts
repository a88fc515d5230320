import type * as z from "zod/mini";
import type { RegistryItem } from "../registry.js";
import type { factsShape } from "./facts-shape.js";

/** What an item says of itself, for `remove` and `doctor`. */
export type ItemFacts = Omit<z.output<typeof factsShape>, "$schema">;

export type Secrets = NonNullable<ItemFacts["secrets"]>;
export type Protection = NonNullable<ItemFacts["protects"]>[number];
export type SettingRule = NonNullable<ItemFacts["settings"]>[number];
export type BoundRule = Extract<SettingRule, { kind: "bound" }>;
export type SwitchRule = Extract<SettingRule, { kind: "switch" }>;
export type UntilRule = Extract<SettingRule, { kind: "until" }>;
export type SameRule = Extract<SettingRule, { kind: "same" }>;
export type OptionRule = Extract<SettingRule, { kind: "option" }>;

/** Name of an installed item -> what it says. */
export type Facts = ReadonlyMap<string, ItemFacts>;

/** The fewest bytes of a secret that an item says no more about. */
const usualBytes = 16;

/** The facts of an item with the secrets that `add` makes for it; undefined where there is nothing to say. */
export function withMadeSecrets(facts: ItemFacts, { env, choices }: RegistryItem): ItemFacts | undefined {
  const values = Object.values(choices).flatMap((choice) => Object.values(choice.values));
  const made = [...env, ...values.flatMap((value) => value.env ?? [])].filter(({ value }) => value === "secret");
  const usual = Object.fromEntries(made.map(({ name }) => [name, { least: usualBytes }]));
  const names = { ...usual, ...facts.secrets?.names };
  const all = { ...facts, ...(Object.keys(names).length > 0 && { secrets: { ...facts.secrets, names } }) };
  return Object.keys(all).length > 0 ? all : undefined;
}
