import * as z from "zod/mini";
import { registryShape } from "./registry-shape.js";

/** The JSON Schema of a registry.json, made from the check itself, so that the two can't part. */
export function registrySchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(registryShape, { target: "draft-2020-12" });
  const title = "authwright registry";
  const description =
    "A catalogue of items that `authwright add` can put into an Express project; see docs/registry.md";
  return { $schema, title, description, ...schema };
}
