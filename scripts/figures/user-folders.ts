import type { Module } from "../../test/support/import-graph.js";

/** What each folder may import, beside itself. `auth/<add-on>` is any folder below src/auth but values; settings are what every layer reads. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "src/routes": ["src/middleware", "src/auth/<add-on>", "src/auth", "settings", "src/auth/values"],
  "src/middleware": ["src/auth/<add-on>", "src/auth", "settings", "src/auth/values"],
  "src/auth/<add-on>": ["src/middleware", "src/auth", "src/db", "settings", "src/auth/values"],
  "src/auth": ["src/db", "settings", "src/auth/values"],
  "src/db": ["settings"],
  settings: ["src/auth/values"],
  "src/auth/values": [],
};

const settings =
  /^src\/auth\/(login-name|config|environment|project-folder|errors|credential-errors|events|json-lines)$/;

/** What a module of the user's house imports of folders that its own may not: "src/auth/store -> src/routes/auth". */
export function wrongImports({ path, imports }: Module): string[] {
  const allowed = mayImport[folderOf(path)];
  if (!allowed) throw new Error(`${path} is in no folder of scripts/figures/user-folders.ts`);
  const folders = [folderOf(path), ...allowed];
  return imports
    .filter(({ target }) => !folders.includes(folderOf(target)))
    .map(({ target }) => `${path} -> ${target}`);
}

/** "src/auth/<add-on>" for "src/auth/email/mails/reset". */
export function folderOf(path: string): string {
  if (settings.test(path)) return "settings";
  if (path.startsWith("src/auth/values/")) return "src/auth/values";
  const [source = "", folder = "", inner, deeper] = path.split("/");
  return folder === "auth" && inner && deeper ? "src/auth/<add-on>" : `${source}/${folder}`;
}
