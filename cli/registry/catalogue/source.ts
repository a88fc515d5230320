import { isAbsolute, relative, resolve, sep } from "node:path";
import { CliError } from "../../errors.js";

/** Where a second catalogue is: a folder (or the registry.json in it), or the URL of a registry.json. */
export type Source = { readonly kind: "path"; readonly path: string } | { readonly kind: "url"; readonly url: URL };

/** Longer than a drive letter. */
const scheme = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/** What was typed as --registry, or stands in the record; a relative path starts at `base`. */
export function parseSource(text: string, base: string): Source {
  if (text.trim() === "")
    throw new CliError("BadArgument", "--registry takes a folder, a registry.json or its https URL");
  if (!scheme.test(text)) return { kind: "path", path: resolve(base, text) };
  if (!URL.canParse(text)) throw new CliError("BadArgument", `--registry takes a path or an https URL, not "${text}"`);
  const url = new URL(text);
  refuseUrl(url);
  return { kind: "url", url: new URL(url.pathname.endsWith("/") ? "registry.json" : "", url) };
}

/** The source as authwright.json has it: a path starts at the project's root, so that it holds in every clone. */
export function sourceName(source: Source, root: string): string {
  if (source.kind === "url") return source.url.href;
  const path = relative(root, source.path);
  return isAbsolute(path) ? path : path.split(sep).join("/") || ".";
}

function refuseUrl(url: URL): void {
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url)))
    throw new CliError("BadArgument", `--registry ${shown}: only https is safe from changes on the way`);
  if (url.username || url.password || url.search || url.hash)
    throw new CliError(
      "BadArgument",
      `--registry ${shown}: a URL with a user, a password, "?" or "#" would stand in authwright.json for all to read`,
    );
}

/** This machine: nobody is on the way. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
