import type { ItemFacts } from "./facts.js";
import { factsShape } from "./facts-shape.js";

/** The parsed JSON as facts; `refuse` makes the error of what is wrong with it. */
export function checkFacts(json: unknown, refuse: (reason: string) => Error): ItemFacts {
  const parsed = factsShape.safeParse(json);
  if (parsed.success) {
    const { $schema: _, ...facts } = parsed.data;
    return facts;
  }
  const issue = parsed.error.issues[0]!;
  const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const reason = issue.code === "invalid_format" || issue.code === "custom" ? "not allowed" : issue.code;
  throw refuse(`${[...issue.path, ...unknown].join(".")}: ${reason}`);
}
