import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where `.env` is, and where relative paths of the environment start. */
export const projectFolder: string = findProjectFolder(process.cwd(), process.argv[1]);

/**
 * The nearest folder with the package.json and authwright.json of this project: up from the working folder, else up from
 * the file that was started, since systemd and cron start it elsewhere; else the working folder.
 */
export function findProjectFolder(workingFolder: string, startedFile = ""): string {
  const started = dirname(realPath(resolve(workingFolder, startedFile)));
  return [...upFrom(workingFolder), ...upFrom(started)].find(isProject) ?? workingFolder;
}

function isProject(folder: string): boolean {
  return ["package.json", "authwright.json"].every((name) => existsSync(join(folder, name)));
}

function upFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upFrom(parent)];
}

/** Node may have been told the file without its extension. */
function realPath(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}
