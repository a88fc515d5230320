import { dirname, relative, sep } from "node:path";

/** The POSIX path of a file relative to a folder; "." for the folder itself. */
export function repoPath(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/") || ".";
}

/** Whether a relative POSIX path stays in its folder. */
export function staysInside(path: string): boolean {
  return path !== ".." && !path.startsWith("../") && !path.startsWith("/") && !/^[a-z]:/i.test(path);
}

/** Whether `path` is `folder` or lies below it; both relative to the same root, "." being the root itself. */
export function isWithin(path: string, folder: string): boolean {
  return folder === "." || path === folder || path.startsWith(`${folder}/`);
}

/** A folder and its parents, nearest first, up to and with `last` (or the top of the file system). */
export function* upwards(folder: string, last?: string): Generator<string> {
  for (let current = folder; ; current = dirname(current)) {
    yield current;
    if (current === last || dirname(current) === current) return;
  }
}
