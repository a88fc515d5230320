// Writes registry.schema.json, which ships with the package, from the check that runs in the command line.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { registrySchema } from "../cli/registry/registry-schema.js";

const target = fileURLToPath(new URL("../registry.schema.json", import.meta.url));
writeFileSync(target, `${JSON.stringify(registrySchema(), null, 2)}\n`);
