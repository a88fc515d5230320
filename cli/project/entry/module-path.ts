import { posix } from "node:path";
import type { Alias } from "../project.js";
import { sourceCandidates } from "../sources/source-walk.js";

/** The file of `paths` that an import means; null for a package, or when it is none of them. */
export function moduleOf(
  from: string,
  specifier: string,
  aliases: readonly Alias[],
  paths: ReadonlySet<string>,
): string | null {
  const targets = specifier.startsWith(".")
    ? [posix.join(posix.dirname(from), specifier)]
    : aliases.flatMap(({ prefix, target }) =>
        specifier.startsWith(prefix) ? [posix.join(target, specifier.slice(prefix.length))] : [],
      );
  const candidates = targets.flatMap((target) => sourceCandidates(posix.normalize(target).replace(/\/$/, "")));
  return candidates.find((candidate) => paths.has(candidate)) ?? null;
}
