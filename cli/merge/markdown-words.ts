import { joinLines, splitLines } from "../text/text-lines.js";
import { tokensOf } from "./tokens.js";

/**
 * What a Markdown text says, without its layout: the wrapping of lines, the width of tables, the marks of lists and of
 * emphasis, and the layout of the code in it. Equal where a formatter alone stands between two texts.
 */
export function markdownWords(text: string): string {
  const parts = joinLines(splitLines(text).lines).split(/^[ \t]*(```[^\n]*\n[\s\S]*?\n)[ \t]*```[ \t]*$/m);
  return JSON.stringify(parts.map((part) => (part.startsWith("```") ? code(part) : prose(part))));
}

function prose(text: string): string {
  return text
    .replace(/^(\s*)[*+-] /gm, "$1- ")
    .replace(/(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?!\w)/g, "*")
    .replace(/\\([^\w\s])/g, "$1")
    .replace(/-{3,}/g, "---")
    .replace(/\s*\|\s*/g, "|")
    .replace(/\s+/g, " ")
    .trim();
}

/** Code that is no TypeScript, or only a piece of it, is compared by its words. */
function code(fence: string): string {
  const [, language = "", body = ""] = /^```(\w*)[^\n]*\n([\s\S]*)$/.exec(fence) ?? [];
  const tokens = /^([jt]sx?|javascript|typescript)$/.test(language) ? tokensOf(body, "fence.ts", true) : null;
  return tokens ? JSON.stringify(tokens.list.map(({ key }) => key)) : body.replace(/\s+/g, " ").trim();
}
