import type { InstallRecord } from "./schema.js";

/** Every file that installed items have put into the repo; none where there is no record. */
export function recordedPaths(record: InstallRecord | null): ReadonlySet<string> {
  return new Set(Object.values(record?.items ?? {}).flatMap(({ files }) => Object.keys(files)));
}
