import type { Statement } from "@babel/types";
import { diffLines } from "diff";
import { parseSource } from "../../edits/syntax.js";
import { tokensOf } from "../../merge/tokens.js";
import { withoutComments } from "../../project/sources/source-imports.js";

/** A program without layout and comments, on one line: two that differ in those alone read the same. */
export function compact(text: string, path: string): string {
  const tokens = tokensOf(text, path, true);
  if (!tokens) return withoutComments(text);
  const words = tokens.list.map(({ text: word }) => word).filter((word) => !/^\/[/*]/.test(word));
  return words.reduce((line, word) => line + (/[\w$]$/.test(line) && /^[\w$]/.test(word) ? " " : "") + word, "");
}

interface Versions {
  readonly path: string;
  readonly base: string;
  readonly now: string;
}

/** A change of more lines than this is a new layout. */
const mostLinesOfAnEdit = 12;

/** The line of `now` where something is less often than in `base`: where a line of it was, else its declaration. */
export function lineOfLoss(versions: Versions, count: (text: string) => number): number {
  return lineOfEdit(versions, count) ?? lineOfDeclaration(versions, count) ?? 1;
}

function lineOfEdit({ base, now }: Versions, count: (text: string) => number): number | null {
  let line = 1;
  for (const { value, removed, count: lines } of diffLines(base, now, { stripTrailingCr: true })) {
    if (removed && lines <= mostLinesOfAnEdit && count(value) > 0) return Math.min(line, now.split("\n").length);
    if (!removed) line += lines;
  }
  return null;
}

function lineOfDeclaration({ path, base, now }: Versions, count: (text: string) => number): number | null {
  const after = declarationsIn(now, path);
  for (const [name, { text }] of declarationsIn(base, path)) {
    const there = after.get(name);
    if (there && count(compact(there.text, path)) < count(compact(text, path))) return there.line;
  }
  return null;
}

function declarationsIn(text: string, path: string): Map<string, { text: string; line: number }> {
  const found = new Map<string, { text: string; line: number }>();
  const source = text;
  try {
    for (const statement of parseSource(source, path).program.body) {
      const name = declaredName(statement);
      const part = source.slice(statement.start!, statement.end!);
      if (name) found.set(name, { text: part, line: statement.loc!.start.line });
    }
  } catch {
    // What does not parse is the compiler's to report.
  }
  return found;
}

function declaredName(statement: Statement): string | null {
  const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration") return node.id?.name ?? null;
  const [first] = node?.type === "VariableDeclaration" ? node.declarations : [];
  return first?.id.type === "Identifier" ? first.id.name : null;
}
