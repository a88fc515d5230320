// Writes registry.schema.json and facts.schema.json, which ship with the package, from the checks that run in the command line.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { factsSchema, registrySchema } from "../cli/registry/registry-schema.js";

for (const [name, schema] of Object.entries({ registry: registrySchema(), facts: factsSchema() })) {
  const target = fileURLToPath(new URL(`../${name}.schema.json`, import.meta.url));
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
}
