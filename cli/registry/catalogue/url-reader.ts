import { CliError } from "../../errors.js";
import { badRegistry } from "./catalogue-error.js";
import { type CatalogueReader, decodeText, mostBytes } from "./catalogue-reader.js";

const mostRedirects = 3;
const timeoutMs = 15_000;

/** A catalogue on a web server: registry.json, and beside it the files that it lists. */
export function openUrl(url: URL): CatalogueReader {
  const where = url.href;
  return {
    where,
    registry: () => download(url, mostBytes.registry, where),
    read: (path) => download(new URL(path.split("/").map(encodeURIComponent).join("/"), url), mostBytes.file, where),
    list: async () => null,
  };
}

async function download(url: URL, most: number, where: string): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await follow(url, signal, where);
    if (!response.ok) throw unreachable(where, `${url.pathname} answers ${response.status}`);
    const text = decodeText(await bounded(response, most, where));
    if (text === null) throw badRegistry(where, `${url.pathname} is no UTF-8 text`);
    return text;
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { name, message, cause } = error as Error;
    const said =
      name === "TimeoutError" ? `no answer in ${timeoutMs / 1000} seconds` : (cause as Error)?.message || message;
    throw unreachable(where, said);
  }
}

/** Redirects stay on the server: another one is not what was pinned. */
async function follow(start: URL, signal: AbortSignal, where: string): Promise<Response> {
  let url = start;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const response = await fetch(url, { redirect: "manual", credentials: "omit", signal });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (location === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
    if (next?.origin !== start.origin) throw badRegistry(where, `${url.pathname} redirects to another server`);
    url = next;
  }
  throw badRegistry(where, `${start.pathname} redirects too often`);
}

async function bounded(response: Response, most: number, where: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > most) throw badRegistry(where, `${new URL(response.url).pathname} is larger than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function unreachable(where: string, reason: string): CliError {
  return new CliError(
    "RegistryUnreachable",
    `the registry ${where} can't be read: ${reason.replace(/\s*\n\s*/g, " ")}`,
  );
}
