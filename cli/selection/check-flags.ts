import { statSync } from "node:fs";
import { posix } from "node:path";
import { CliError } from "../errors.js";

/** A path below the root of the app that Express, a URL and a source file all read the same. */
const safeMount = /^(\/[A-Za-z0-9._~-]+)+$/;
const unsafePath = /^([/\\]|[A-Za-z]:)|[\p{Cc}"'`\\]/u;

/** --mount: an absolute URL path without a slash at its end. */
export function checkMount(mount: string): string {
  if (safeMount.test(mount) && !mount.split("/").some((part) => /^\.+$/.test(part))) return mount;
  throw new CliError(
    "BadArgument",
    `--mount takes a path like /api/auth, with a slash at its start and none at its end (letters, digits, ".", "_", "~", "-"), not "${mount}"`,
  );
}

/** --dir, --tests, --entry: a path inside the project. */
export function checkInside(flag: string, path: string): string {
  const clean = posix.normalize(path).replace(/\/$/, "");
  if (path !== "" && !unsafePath.test(path) && clean !== ".." && !clean.startsWith("../")) return clean;
  throw new CliError("BadArgument", `${flag} takes a path inside the project, relative to its root, not "${path}"`);
}

/** --cwd: a folder that is there. */
export function checkFolder(cwd: string): string {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return cwd;
  throw new CliError("BadArgument", `--cwd takes a folder that is there, not "${cwd}"`);
}
