/** What the work returns, or null where it throws: for what may fail, and why is of no interest. */
export function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
