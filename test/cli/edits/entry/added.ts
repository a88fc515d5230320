import { mountRouter } from "../../../../cli/edits/entry.js";
import { editFile } from "../../../support/edit-file.js";

export const options = {
  path: "src/server.ts",
  importName: "authRouter",
  specifier: "./routes/auth.js",
  mount: "/api/auth",
} as const;

/** A source with its added lines marked by `+` at the start of the line: the text before and after. */
export function marked(text: string): { before: string; after: string } {
  const lines = text.replace(/^\n/, "").replace(/\n *$/, "\n").split("\n");
  return {
    before: lines.filter((line) => !line.startsWith("+")).join("\n"),
    after: lines.map((line) => line.replace(/^\+/, "")).join("\n"),
  };
}

/** `source` with the lines that mountRouter adds, or the reason why it adds none. */
export function mounted(source: string, path: string = options.path): string {
  const edit = editFile(source, (text) => mountRouter(text, { ...options, path }));
  return edit.kind === "applied" ? edit.text : edit.kind === "already" ? "already" : `cannot: ${edit.reason}`;
}
