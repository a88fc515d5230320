import { atMost } from "./at-most.js";

/** Works off what waits in the database. */
export interface Worker {
  /** Looks for work now, and from now on every `everyMs`. */
  start(): void;
  /** Looks for work at once, if it has been started. */
  wake(): void;
  /** Takes no more work, waits `graceMs` for what is at hand, and then aborts that. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  everyMs: number;
  /** Jobs at the same time. */
  atOnce: number;
  graceMs: number;
}

/**
 * A worker that claims jobs one by one (null: there is none) and handles several side by side. A claim or a job that
 * throws is left to the next look: a claim has to be a lease, so that the job comes up again. A job whose signal aborts
 * has to end soon.
 */
export function createWorker<Job>(
  claim: () => Promise<Job | null>,
  handle: (job: Job, signal: AbortSignal) => Promise<void>,
  { everyMs, atOnce, graceMs }: WorkerOptions,
): Worker {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let aborter = new AbortController();
  const lanes = new Set<Promise<void>>();

  const openLane = (): void => {
    if (!timer || lanes.size >= atOnce) return;
    const lane: Promise<void> = run()
      .catch(() => undefined)
      .then(() => void lanes.delete(lane));
    lanes.add(lane);
  };
  const run = async (): Promise<void> => {
    while (timer) {
      again = false;
      const job = await claim();
      if (job === null && !again) return;
      if (job === null) continue;
      openLane();
      await handle(job, aborter.signal);
    }
  };
  const wake = (): void => {
    again = true;
    openLane();
  };
  return {
    start: () => {
      if (timer) return;
      timer = setInterval(openLane, everyMs).unref();
      wake();
    },
    wake,
    stop: async () => {
      clearInterval(timer);
      timer = undefined;
      await atMost(graceMs, Promise.all(lanes));
      aborter.abort();
      aborter = new AbortController();
      await atMost(graceMs, Promise.all(lanes));
    },
  };
}
