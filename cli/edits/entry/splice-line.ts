import type { Node } from "@babel/types";
import { lineEnding } from "../../text/line-ending.js";
import { cutLines } from "../cut-lines.js";

/** One whole line to add to a text. */
export interface Insertion {
  readonly offset: number;
  /** With its line ending, before or after the line. */
  readonly text: string;
  readonly line: string;
}

/** The text of a statement, without the semicolon of `;[1].map(...)`, which the parser counts to the line before. */
export function statementText(text: string, node: Node): string {
  return text.slice(node.start!, node.end!).replace(/\s*\n\s*;$/, "");
}

/** A line below `node`, indented like it; null where more code follows on its line. */
export function lineAfter(text: string, node: Node, code: string): Insertion | null {
  const restOfLine = /[ \t]*;?[ \t]*(?:\/\*[^\r\n]*?\*\/[ \t]*)*(?:\/\/[^\r\n]*)?(?=(\r?\n)|$)/y;
  const end = node.start! + statementText(text, node).length;
  restOfLine.lastIndex = end;
  const rest = restOfLine.exec(text);
  if (rest === null) return null;
  const line = indentOf(text, node.start!) + code;
  return { offset: end + rest[0].length, text: (rest[1] ?? lineEnding(text)) + line, line };
}

/** A line above `node` and the comments that belong to it; null where other code stands before it on its line. */
export function lineBefore(text: string, node: Node, code: string): Insertion | null {
  let top = node.start!;
  if (!startsLine(text, top)) return null;
  for (const comment of [...(node.leadingComments ?? [])].reverse()) {
    const between = text.slice(comment.end!, top);
    if (/\n[ \t]*\r?\n/.test(between) || !startsLine(text, comment.start!)) break;
    top = comment.start!;
  }
  const line = indentOf(text, node.start!) + code;
  const eol = /\r?\n/.exec(text.slice(node.start!))?.[0] ?? lineEnding(text);
  return { offset: lineStart(text, top), text: line + eol, line };
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))![0];
}

function startsLine(text: string, offset: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, offset), offset));
}

/** The text without these statements and the lines they stand on; null where other code shares one of the lines. */
export function cutStatements(text: string, nodes: readonly Node[]): string | null {
  const numbers = new Set<number>();
  for (const node of nodes) {
    const end = node.start! + statementText(text, node).length;
    const alone = /^[ \t]*;?[ \t]*(?:\/\*[^\r\n]*?\*\/[ \t]*)*(?:\/\/[^\r\n]*)?(?:\r?\n|$)/.test(text.slice(end));
    if (!startsLine(text, node.start!) || !alone) return null;
    for (let line = lineNumber(text, node.start!); line <= lineNumber(text, end); line++) numbers.add(line);
  }
  return cutLines(text, numbers, text.endsWith("\n") ? [] : [lineEnding(text)]);
}

function lineNumber(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length - 1;
}
