import { attempt } from "../../text/attempt.js";

/** How the files of a catalogue are reached. */
export interface CatalogueReader {
  /** What a person calls it. */
  readonly where: string;
  /** The text of registry.json. */
  registry(): Promise<string>;
  /** The text of a file, by its path beside registry.json. */
  read(path: string): Promise<string>;
  /** The files below a folder beside registry.json, relative to it; null where that can't be known. */
  list(folder: string): Promise<string[] | null>;
}

/** What one file may weigh, and registry.json. */
export const mostBytes = { file: 262_144, registry: 4_194_304 } as const;

/** The text of a file of a catalogue: UTF-8, and no binary. */
export function decodeText(bytes: Uint8Array): string | null {
  const text = attempt(() => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  return text?.includes("\u0000") ? null : text;
}
