import { posix, relative, resolve, sep } from "node:path";
import { CliError } from "../../errors.js";
import { isWithin, staysInside } from "../../text/repo-path.js";
import type { Alias, Entry } from "../project.js";

export interface SourceDirFacts {
  readonly root: string;
  readonly entry: Entry | null;
  readonly aliases: readonly Alias[];
  /** `rootDir` of the tsconfig, relative to the root: tsc refuses sources outside it. */
  readonly rootDir: string | null;
  readonly tsconfigPath: string;
  readonly hasSrc: boolean;
  /** Where an earlier add put its files. */
  readonly recorded: string | null;
}

export interface SourceDir {
  readonly path: string;
  readonly because: string;
}

/** `--dir`, checked. */
export function namedSourceDir(named: string, facts: SourceDirFacts): SourceDir {
  const path = relative(facts.root, resolve(facts.root, named)).split(sep).join("/") || ".";
  if (!staysInside(path))
    throw new CliError("BadArgument", `--dir ${named} lies outside ${facts.root}: name a folder in it`);
  if (facts.rootDir !== null && !isWithin(path, facts.rootDir)) {
    throw new CliError(
      "BadArgument",
      `--dir ${named} lies outside rootDir ${facts.rootDir} of ${facts.tsconfigPath}: name a folder in it`,
    );
  }
  return { path, because: `--dir ${named}` };
}

/** The folder that the project's sources are in. */
export function findSourceDir(facts: SourceDirFacts): SourceDir {
  const { rootDir, tsconfigPath } = facts;
  const guessed = guesses(facts).find(({ path }) => rootDir === null || isWithin(path, rootDir));
  return guessed ?? { path: rootDir ?? ".", because: `rootDir of ${tsconfigPath}` };
}

function guesses({ entry, aliases, hasSrc, recorded }: SourceDirFacts): SourceDir[] {
  const entryFolder = entry === null ? "." : topFolder(entry.path);
  const alias = aliases.find(({ prefix, target }) => prefix === "@/" && target !== "");
  return [
    ...(recorded === null ? [] : [{ path: recorded, because: "authwright.json" }]),
    ...(alias
      ? [{ path: posix.normalize(alias.target).replace(/\/$/, ""), because: "where the alias @/* points" }]
      : []),
    ...(entryFolder === "." ? [] : [{ path: entryFolder, because: "the folder of the entry file" }]),
    ...(hasSrc ? [{ path: "src", because: "the usual folder" }] : []),
    { path: ".", because: "the sources are at the root" },
  ];
}

/** bin/www only starts the app: its folder holds no sources. */
function topFolder(path: string): string {
  const [first = ".", ...rest] = path.split("/");
  return rest.length === 0 || first === "bin" ? "." : first;
}
