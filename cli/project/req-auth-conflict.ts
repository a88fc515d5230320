import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import { isWithin } from "./repo-path.js";
import { withoutComments } from "./source-imports.js";
import { readText } from "./text-file.js";

/** Packages that set or type `req.auth` themselves. */
const packages = [
  "express-jwt",
  "express-oauth2-jwt-bearer",
  "@clerk/express",
  "@clerk/clerk-sdk-node",
  "express-basic-auth",
] as const;

const skippedFolders = new Set(["node_modules", "dist", "build", "out", "coverage", "test", "tests", "__tests__"]);
const typeFolders = ["types", "typings", "@types"];
const maxFiles = 2000;

/**
 * Who else owns `req.auth` here: a phrase that names the package, or the file and line. Null when nobody does.
 * `ours` are the files that authwright itself put there.
 */
export async function findReqAuthConflict(
  root: string,
  sourceDir: string,
  dependencies: Readonly<Record<string, string>>,
  ours: ReadonlySet<string> = new Set(),
): Promise<string | null> {
  const library = packages.find((name) => name in dependencies);
  if (library) return `${library} (in package.json) sets req.auth`;
  const folders = [sourceDir, ...typeFolders.filter((folder) => !isWithin(folder, sourceDir))];
  let left = maxFiles;
  for (const folder of folders) {
    for await (const path of sourceFiles(root, folder)) {
      if (left-- === 0) return null;
      const found = ours.has(path) ? null : findInFile((await readText(join(root, path))) ?? "");
      if (found) return `${path}:${found.line} ${found.what}`;
    }
  }
  return null;
}

async function* sourceFiles(root: string, folder: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name) && !entry.name.startsWith(".")) yield* sourceFiles(root, path);
    } else if (/\.[cm]?ts$/.test(entry.name)) {
      yield path;
    }
  }
}

interface Finding {
  readonly line: number;
  readonly what: string;
}

function findInFile(text: string): Finding | null {
  if (!text.includes("auth")) return null;
  const code = withoutComments(text);
  const typed = augmentedMember(code);
  if (typed !== null) return { line: lineAt(code, typed), what: "declares auth on Express's Request" };
  const set = /(?<![\w$.])(?:req|request)(?:\s+as\s+[\w.<>[\], ]+\))?\.auth\s*=(?![=>])/.exec(code);
  return set ? { line: lineAt(code, set.index), what: "sets req.auth" } : null;
}

/** Where `interface Request { auth... }` of the Express namespace or its core module has the member. */
function augmentedMember(code: string): number | null {
  if (!/\bnamespace\s+Express\b|\bmodule\s+["']express(-serve-static-core)?["']/.test(code)) return null;
  for (const match of code.matchAll(/\binterface\s+Request\b[^{]*\{/g)) {
    const start = match.index + match[0].length;
    const member = memberIn(code, start);
    if (member !== null) return member;
  }
  return null;
}

/** Walks the interface body that opens at `start`; only its own members count, not those of nested types. */
function memberIn(code: string, start: number): number | null {
  let depth = 1;
  for (let at = start; at < code.length && depth > 0; at++) {
    const character = code[at] ?? "";
    if ("{([".includes(character)) depth++;
    else if ("})]".includes(character)) depth--;
    else if (
      depth === 1 &&
      /^auth["']?\s*\??\s*[:(]/.test(code.slice(at, at + 12)) &&
      !/[\w$.]/.test(code[at - 1] ?? "")
    ) {
      return at;
    }
  }
  return null;
}

function lineAt(code: string, index: number): number {
  return code.slice(0, index).split("\n").length;
}
