import * as z from "zod/mini";
import { factsShape } from "./facts/facts-shape.js";
import { registryShape } from "./registry-shape.js";

/** The JSON Schema of a registry.json, made from the check itself, so that the two can't part. */
export function registrySchema(): object {
  return schemaOf(
    registryShape,
    "authwright registry",
    "A catalogue of items that `authwright add` can put into an Express project; see docs/registry.md",
  );
}

/** The same of a facts.json. */
export function factsSchema(): object {
  return schemaOf(
    factsShape,
    "authwright facts",
    "What an item says of itself, for `authwright remove` and `authwright doctor`; see docs/registry.md",
  );
}

function schemaOf(shape: z.ZodMiniType, title: string, description: string): object {
  const { $schema, ...schema } = z.toJSONSchema(shape, { target: "draft-2020-12", reused: "ref", override: typed });
  return { $schema, title, description, ...schema };
}

interface Textual {
  type?: unknown;
  readonly pattern?: unknown;
  readonly maxLength?: unknown;
  readonly allOf?: readonly Textual[];
}

/** What limits a text says that it is one, beside a reference too: strict validators want it. */
function typed({ jsonSchema }: { jsonSchema: Textual }): void {
  for (const part of [jsonSchema, ...(jsonSchema.allOf ?? [])])
    if (part.pattern !== undefined || part.maxLength !== undefined) part.type ??= "string";
}
