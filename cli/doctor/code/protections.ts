import type { Facts, Protection } from "../../registry/facts/facts.js";

/** What an installed file must not lose, as its item says. */
export function protectionsOf(template: string, facts: Facts): readonly Protection[] {
  const [item = ""] = template.split("/");
  return (facts.get(item)?.protects ?? []).filter(({ file }) => template.endsWith(`/${file}`));
}
