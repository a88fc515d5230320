import { readdir } from "node:fs/promises";
import { CliError } from "../../errors.js";
import { reasonOf } from "../../text/failure-text.js";

/** What a new repository may hold already: none of it is overwritten. */
const harmless =
  /^(\.git|\.gitignore|\.gitattributes|\.DS_Store|Thumbs\.db|\.idea|\.vscode|README\.md|LICEN[CS]E(\..+)?)$/;

/** Refuses a folder that holds somebody's work. `shown` is the folder as it was typed, `item` what would be added to it. */
export async function refuseOccupied(root: string, shown: string, item: string): Promise<void> {
  const names = await namesIn(root, shown);
  const taken = names.filter((name) => !harmless.test(name)).sort();
  if (taken.length === 0) return;
  const way = taken.includes("package.json")
    ? `it is a project already: "authwright add ${item}" in it adds the logins`
    : 'name a new folder: "authwright init my-app"';
  throw new CliError("Collision", `${shown} is not empty (${some(taken)}): ${way}`);
}

async function namesIn(root: string, shown: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    const reason = code === "ENOTDIR" ? "a file is there" : reasonOf(error);
    throw new CliError("Collision", `${shown} can't be the new folder: ${reason}`, { cause: error });
  }
}

function some(names: readonly string[]): string {
  const [first, second, third] = names;
  if (names.length <= 3) return [first, second, third].filter(Boolean).join(", ");
  return `${first}, ${second} and ${names.length - 2} more`;
}
