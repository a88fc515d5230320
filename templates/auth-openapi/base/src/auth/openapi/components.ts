import { z } from "zod";

export type Json = Record<string, unknown>;

/** What the operations of a document share. */
export interface Components {
  schemas: Json;
  responses: Json;
  headers: Json;
  securitySchemes: Json;
}

/**
 * The JSON Schema (draft 2020-12) of what goes in, before it is normalized, or of what comes out. Schemas that have an
 * `id` stand among the components once.
 */
export function schemaOf(schema: z.ZodType, io: "input" | "output", components: Components): Json {
  const { $defs = {}, ...root } = z.toJSONSchema(schema, { io });
  delete root.$schema;
  for (const [name, shared] of Object.entries($defs)) components.schemas[name] = withPlaces(shared);
  return withPlaces(root) as Json;
}

/** `#/$defs/User` stands in `#/components/schemas/User` here. */
function withPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/"\$ref":"#\/\$defs\//g, '"$ref":"#/components/schemas/'));
}
