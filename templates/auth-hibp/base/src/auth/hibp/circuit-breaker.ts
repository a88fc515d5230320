interface Limits {
  /** Failures in a row, after which nobody asks for `pauseMs`. */
  failures: number;
  pauseMs: number;
  clockMs: () => number;
}

/** Keeps an outage of a service from slowing down everybody who would ask it. */
export function circuitBreaker({ failures, pauseMs, clockMs }: Limits) {
  let inARow = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  const isTripped = () => inARow >= failures;
  const pause = () => {
    pausedUntil = clockMs() + pauseMs;
  };

  return {
    /** Whether to ask. After a pause one goes ahead, and the others follow once that has succeeded. */
    allows(): boolean {
      if (clockMs() < pausedUntil) return false;
      if (isTripped()) pause();
      return true;
    },
    succeeded(): void {
      inARow = 0;
      pausedUntil = Number.NEGATIVE_INFINITY;
    },
    failed(): void {
      inARow += 1;
      if (isTripped()) pause();
    },
  };
}
