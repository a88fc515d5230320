/** What the work returns, or null where it fails: for what is no harm where it stays, or is not there. */
export function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
