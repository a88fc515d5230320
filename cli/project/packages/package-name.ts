import { CliError } from "../../errors.js";

const longest = 214;
const validName = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const reserved = ["node_modules", "favicon.ico"];

/** Whether npm takes it as the name of a package. */
export function isPackageName(name: string): boolean {
  return name.length <= longest && validName.test(name) && !reserved.includes(name);
}

/** A valid name as near to a folder's as can be; null where nothing of it is left. */
export function packageNameFrom(folder: string): string | null {
  const plain = folder.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const name = plain
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "")
    .slice(0, longest);
  return isPackageName(name) ? name : null;
}

/** `--name`, checked. */
export function checkPackageName(name: string): string {
  if (isPackageName(name)) return name;
  const close = packageNameFrom(name);
  const hint = close ? `; ${close} would do` : "";
  throw new CliError("BadArgument", `--name takes a valid npm name, not ${JSON.stringify(name)}${hint}`);
}
