/** The candidate that a typo most likely meant, or null when none is near: at most a third of its letters differ. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.ceil(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  const prefixed = candidates.find((candidate) => word.length > 1 && candidate.startsWith(word.toLowerCase()));
  return ranked[0]?.candidate ?? prefixed ?? null;
}

/** The item that a word most likely means: `cookies` is auth-cookies, before any other word is guessed. */
export function nearestItem(word: string, names: readonly string[]): string | null {
  const prefixed = names.find((name) => name === `auth-${word.toLowerCase()}`);
  const bare = (name: string) => name.replace(/^auth-/, "");
  const close = nearest(bare(word), names.map(bare));
  return prefixed ?? nearest(word, names) ?? names.find((name) => bare(name) === close) ?? null;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
