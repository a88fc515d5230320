import { parseArgs } from "node:util";
import { writePrintedTables } from "./figures/contributing.js";
import { measureGeneratorsHouse } from "./figures/generators-house.js";
import { overBounds, tableOf } from "./figures/table.js";
import { measureUsersHouse } from "./figures/users-house.js";

// How the code is laid out, beside what is aimed at. `--check` fails where a bound is exceeded, `--write` prints into CONTRIBUTING.md.
const { values: flags } = parseArgs({ options: { check: { type: "boolean" }, write: { type: "boolean" } } });
const users = await measureUsersHouse();
const generators = await measureGeneratorsHouse();
const tables = `${tableOf("in the user's project", users)}\n\n${tableOf("in the command line", generators)}`;
const over = overBounds([...users, ...generators]);

console.log(tables);
if (over.length > 0) console.log(`\nOver the bound:\n\n${over.join("\n")}`);
if (flags.write) await writePrintedTables(tables);
if (flags.check && over.length > 0) process.exitCode = 1;
