import type { Dirent } from "node:fs";
import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { reasonOf } from "../../text/failure-text.js";
import { badRegistry } from "./catalogue-error.js";
import { type CatalogueReader, decodeText, mostBytes } from "./catalogue-reader.js";

/** A catalogue in a folder of this machine. A symbolic link in it could lead anywhere: none is followed. */
export async function openFolder(path: string): Promise<CatalogueReader> {
  const { folder, name } = await locate(path);
  const read = (file: string, most: number = mostBytes.file) => readPlain(folder, file, most, path);
  return {
    where: path,
    registry: () => read(name, mostBytes.registry),
    read: (file) => read(file),
    list: (below) => listFiles(folder, below, path),
  };
}

async function locate(path: string): Promise<{ folder: string; name: string }> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return {
      folder: await realpath(isFolder ? path : dirname(path)),
      name: isFolder ? "registry.json" : basename(path),
    };
  } catch (error) {
    throw badRegistry(path, reason(error));
  }
}

async function readPlain(folder: string, file: string, most: number, where: string): Promise<string> {
  const full = join(folder, file);
  try {
    if ((await realpath(full)) !== full) throw badRegistry(where, `${file} is a symbolic link`);
    const { size, ...stats } = await lstat(full).then((found) => ({ size: found.size, plain: found.isFile() }));
    if (!stats.plain) throw badRegistry(where, `${file} is no plain file`);
    if (size > most) throw badRegistry(where, `${file} is larger than ${most} bytes`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw badRegistry(where, `${file}: ${reason(error)}`);
    throw error;
  }
  const text = decodeText(await readFile(full));
  if (text === null) throw badRegistry(where, `${file} is no UTF-8 text`);
  return text;
}

async function listFiles(folder: string, below: string, where: string): Promise<string[]> {
  const base = join(folder, below);
  const entries: Dirent[] = await readdir(base, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = entries.filter((entry) => !entry.isDirectory() && entry.name !== ".DS_Store");
  const path = (entry: Dirent) => relative(base, join(entry.parentPath, entry.name)).split(sep).join("/");
  const odd = found.find((entry) => !entry.isFile());
  if (odd) throw badRegistry(where, `${below}/${path(odd)} is a symbolic link or no plain file`);
  return found.map(path);
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === "ENOENT" ? "it is not there" : reasonOf(error);
}
