import fs from "fs-extra";

/** On Windows, who has just looked at a file may hold it for a moment: fs-extra's tries again, where it does not block. */
export async function renameEntry(from: string, to: string): Promise<void> {
  if (process.platform === "win32") await fs.rename(from, to);
  else fs.renameSync(from, to);
}
