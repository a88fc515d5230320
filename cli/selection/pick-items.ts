import type { Context } from "../commands/context.js";
import { CliError } from "../errors.js";
import { findPackageRoot } from "../project/packages/package-json.js";
import { readRecord } from "../record/read-record.js";
import type { Shelf } from "../registry/catalogue/shelf.js";
import { isCompanion } from "../registry/registry.js";
import { starterItem } from "../registry/starter.js";
import { askSeveral } from "../ui/ask.js";
import { canAsk } from "../ui/terminal.js";

/** Which items a person wants who has named none; of those that are there nobody is asked. */
export async function pickItems({ registry }: Shelf, { flags, packageRoot }: Context): Promise<string[]> {
  const allowed = !flags.yes && !flags.json && !flags.silent && canAsk();
  if (!allowed)
    throw new CliError(
      "BadArgument",
      `add takes the names of items: "authwright add ${starterItem(packageRoot)}"; "authwright list" shows them`,
    );
  const { items: there = {} } = (await readRecord(await findPackageRoot(flags.cwd))) ?? {};
  const open = registry.items.filter((item) => !isCompanion(item) && !there[item.name]);
  if (open.length === 0) throw new CliError("BadArgument", "every item is installed here: there is nothing to add");
  return askSeveral({
    message: "What is to be added?",
    flag: "the names of items",
    allowed,
    initial: Object.keys(there).length === 0 ? [open[0]!.name] : [],
    values: open.map(({ name, title }) => ({ value: name, description: title })),
  });
}
