import { readRegistry } from "../../cli/registry/read-registry.js";
import { entryModules } from "../../test/support/entry-modules.js";
import { circles, type Module, unreached } from "../../test/support/import-graph.js";
import { repo } from "../../test/support/template-tree.js";
import { counted, type Figure } from "./figure.js";
import { type LandedTrees, readLandedTrees } from "./landed-trees.js";
import { type SeamList, seamLists } from "./lists.js";
import { handOverGenerics, loginCopies } from "./login-code.js";
import { medianFile, medianFunction } from "./medians.js";
import { openFiles } from "./pull-request.js";
import { folderSizes, largestFolder, linesOf, type SourceTree } from "./source-tree.js";
import { wrongImports } from "./user-folders.js";

/** What lands in the user's project. */
export async function measureUsersHouse(): Promise<Figure[]> {
  const trees = await readLandedTrees();
  return [
    { name: "files that auth-basic lands", before: 71, aim: 56, now: trees.base.files.length, allowed: moreFiles },
    {
      name: "lines that auth-basic lands",
      before: 5985,
      aim: 5450,
      now: linesOf(trees.base.files),
      allowed: moreLines,
    },
    ...reach(trees.base),
    ...seams(trees.base),
    ...folders(trees),
    counted("generic functions for the hand-over", 6, 0, handOverGenerics(trees.whole.modules)),
    counted("copies of the login", 1, 0, loginCopies(trees.whole.modules)),
    { ...counted("new files that a pull request shows open", 142, 57, await openFiles()), allowed: moreOpenFiles },
    counted("imports against the order of folders", 0, 0, trees.base.modules.flatMap(wrongImports)),
    counted("files whose value imports go in a circle", 0, 0, circles(trees.whole.modules)),
    { name: "median lines of a source file", before: 39, aim: 60, now: medianFile(trees.base.modules) },
    { name: "median lines of a function", before: 5, aim: 5, now: medianFunction(trees.whole.modules) },
  ];
}

/** The aims are of before these came to base. */
const because =
  "lists of claims, signers and user fields, error codes with members, ties to tables of one's own, a change of username, " +
  "login by address as a choice, a time limit for hooks, the shapes of tests, what a text, a name and a password may be, " +
  "devices of an owner, limits behind a session, signers that say which tokens are still taken, one folder for .env and relative paths, clocks that differ, tokens that are bound and of other kinds, statements " +
  "with names and sentences about input, each with its tests, came to base after the aim was set";
const moreFiles = { most: 75, because };
const moreLines = { most: 9_300, because };
/** Beside the files, authwright.json and .env.example. */
const moreOpenFiles = { most: moreFiles.most + 2, because };

function reach({ modules, files }: SourceTree): Figure[] {
  const basic = readRegistry(repo).items.find(({ name }) => name === "auth-basic");
  const idle = unreached(modules, basic ? entryModules(basic) : []).map(({ path }) => path);
  const lines = linesOf(files.filter(({ path }) => idle.includes(path.replace(/\.ts$/, ""))));
  return [
    counted("source files of base that base never reaches", 7, 0, idle),
    { name: "lines of base that base never reaches", before: 413, aim: 0, now: lines },
  ];
}

function seams({ modules }: { readonly modules: readonly Module[] }): Figure[] {
  const lists = seamLists(modules);
  const isEmpty = (module: string) => lists.every((list) => list.module !== module || list.entries === 0);
  const files = modulesOf(lists);
  return [
    counted("files with a list that add-ons join", 14, 8, files),
    counted("those of them that are empty in base", 7, 2, files.filter(isEmpty)),
  ];
}

function modulesOf(lists: readonly SeamList[]): string[] {
  return [...new Set(lists.map(({ module }) => module))];
}

/** A folder in which base has no file is an add-on's own, and counts for nothing here. */
function folders({ base, whole }: LandedTrees): Figure[] {
  const ofBase = folderSizes(base.files);
  const shared = new Map([...folderSizes(whole.files)].filter(([folder]) => ofBase.has(folder)));
  return [
    folderFigure("largest flat folder of base", 38, ofBase),
    folderFigure("largest flat folder with every add-on, their own aside", 117, shared),
  ];
}

function folderFigure(name: string, before: number, sizes: ReadonlyMap<string, number>): Figure {
  const { size, folder } = largestFolder(sizes);
  return { name, before, aim: 30, now: size, evidence: [folder] };
}
