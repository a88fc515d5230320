import { circles, type Module } from "../../test/support/import-graph.js";
import { repo } from "../../test/support/template-tree.js";
import { counted, type Figure } from "./figure.js";
import { backArrows } from "./folder-rows.js";
import { medianFile, medianFunction } from "./medians.js";
import { namesOfBasic } from "./names-of-basic.js";
import { folderSizes, largestFolder, linesOf, readSourceTree } from "./source-tree.js";

/** The command line itself. */
export async function measureGeneratorsHouse(): Promise<Figure[]> {
  const { files, modules } = await readSourceTree(repo, "cli", "cli");
  const { size, folder } = largestFolder(folderSizes(files));
  return [
    { name: "files of cli/", before: 221, aim: 195, now: files.length, allowed: moreFiles },
    { name: "lines of cli/", before: 13_800, aim: 12_800, now: linesOf(files), allowed: moreLines },
    { name: "largest flat folder of cli/", before: 43, aim: 16, now: size, evidence: [folder] },
    counted("arrows back up between folders", 5, 2, backArrows(modules)),
    counted("files of cli/ whose value imports go in a circle", 0, 0, circles(modules)),
    { name: "median lines of a file of cli/", before: 54, aim: 54, now: medianFile(modules) },
    { name: "median lines of a function of cli/", before: 7, aim: 7, now: medianFunction(modules) },
    counted("files that name a byte order mark", 23, 2, naming(modules, /\\uFEFF|\uFEFF/i)),
    counted("files that speak git", 7, 3, naming(modules, /"git"|\.git[/"]/)),
    counted("files that name the insides of auth-basic", 23, 8, naming(modules, await namesOfBasic())),
  ];
}

/** The aims are of before these came to cli/. */
const because =
  "bundlers and what they write, databases and test runners of others, req.auth that others set, merging in another layout, " +
  "formatters, a journal that survives a kill at each write, fourteen more checks of doctor, a picker and wrapped output, " +
  "and facts that any catalogue's item says of itself came to cli/ after the aim was set";
const moreFiles = { most: 330, because };
const moreLines = { most: 20_800, because };

function naming(modules: readonly Module[], pattern: RegExp): string[] {
  return modules.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}
