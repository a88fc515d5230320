import type { ItemFacts } from "./facts.js";
import { factsShape } from "./facts-shape.js";

/** The parsed JSON as facts; `refuse` makes the error of what is wrong with it. */
export function checkFacts(json: unknown, refuse: (reason: string) => Error): ItemFacts {
  const parsed = factsShape.safeParse(json);
  if (parsed.success) {
    const { $schema: _, ...facts } = parsed.data;
    return facts;
  }
  const { path, code } = parsed.error.issues[0]!;
  throw refuse(`${path.join(".")}: ${code === "invalid_format" || code === "custom" ? "not allowed" : code}`);
}
