import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** Every file, folder and link below a folder, with its mode and the hash of its bytes: equal trees are equal repos. */
export async function treeOf(root: string, folder = root): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const key = relative(root, path).split(sep).join("/");
    const stat = await lstat(path);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) tree[key] = `-> ${await readlink(path)}`;
    else if (!stat.isDirectory()) tree[key] = `${mode} ${hash(await readFile(path))}`;
    else Object.assign(tree, { [`${key}/`]: mode }, await treeOf(root, path));
  }
  return tree;
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
