import { placeTemplate } from "../../record/paths.js";
import type { InstalledItem } from "../../record/schema.js";
import type { Rendered } from "../files/rendered-files.js";
import type { Part } from "../input.js";

type RecordedFiles = InstalledItem["files"];

/** What becomes of the item's files in the new version. */
export interface Origins {
  /** Every file of the new version, and where it stands in the user's repo now; null where it is new. */
  readonly wanted: readonly { readonly file: Rendered; readonly from: string | null }[];
  /** Installed files that the new version no longer has. */
  readonly gone: readonly string[];
}

/** Pairs the installed files with those of the new version, along the item's renames. */
export function findOrigins(part: Part, recorded: RecordedFiles, files: readonly Rendered[]): Origins {
  const paths = new Set(files.map(({ path }) => path));
  const moved = new Map<string, string>();
  for (const path of Object.keys(recorded)) {
    const target = paths.has(path) ? path : newPlace(path, part, paths);
    if (target !== null && !recorded[target]) moved.set(target, path);
  }
  const wanted = files.map((file) => ({
    file,
    from: recorded[file.path] ? file.path : (moved.get(file.path) ?? null),
  }));
  const used = new Set(wanted.map(({ from }) => from));
  return { wanted, gone: Object.keys(recorded).filter((path) => !used.has(path)) };
}

/** Follows the renames of all versions since: a file may have moved more than once. */
function newPlace(path: string, { item, selection }: Part, paths: ReadonlySet<string>): string | null {
  const renames = Object.entries(item.renames ?? {}).map(
    ([from, to]) => [placeTemplate(from, selection), placeTemplate(to, selection)] as const,
  );
  const seen = new Set([path]);
  for (let place: string | undefined = path; place !== undefined; ) {
    place = renames.find(([from]) => from === place)?.[1];
    if (place === undefined || seen.has(place)) return null;
    if (paths.has(place)) return place;
    seen.add(place);
  }
  return null;
}
