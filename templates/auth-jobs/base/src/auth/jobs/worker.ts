import { atMost } from "./at-most.js";

/** Works off what waits in the database, and asks it nothing while nothing is due. */
export interface Worker {
  /** Looks for work now, and from now on whenever some is due. */
  start(): void;
  /** Looks for work at once, if it has been started. */
  wake(): void;
  /** Looks for work if the last look is `everyMs` ago: for each sign of traffic, since other processes may have left some. */
  look(): void;
  /** Takes no more work, waits `graceMs` for what is at hand, and then aborts that. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** The milliseconds until a job is due: 0 or less when one is, null when there is none. Asked when no more can be claimed. */
  dueInMs: () => Promise<number | null>;
  /** The least time between two looks, and the wait after one that failed. */
  everyMs: number;
  /** Jobs at the same time. */
  atOnce: number;
  graceMs: number;
}

/** How long a worker sleeps at most: what another process has left is due then, and nothing here knows of it. */
const longestSleepMs = 3_600_000;

/**
 * A worker that claims jobs one by one (null: there is none) and handles several side by side. A claim or a job that
 * throws is left to a later look: a claim has to be a lease, so that the job comes up again. A job whose signal aborts
 * has to end soon.
 */
export function createWorker<Job>(
  claim: () => Promise<Job | null>,
  handle: (job: Job, signal: AbortSignal) => Promise<void>,
  { dueInMs, everyMs, atOnce, graceMs }: WorkerOptions,
): Worker {
  let isStarted = false;
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let aborter = new AbortController();
  let lanes = 0;
  let questions = 0;
  const atWork = new Set<Promise<void>>();

  const openLane = (): void => {
    if (!isStarted || lanes >= atOnce) return;
    lanes += 1;
    const lane: Promise<void> = run()
      .finally(() => (lanes -= 1))
      .then(sleepUntilDue)
      .catch(() => sleep(everyMs))
      .then(() => void atWork.delete(lane));
    atWork.add(lane);
  };
  const run = async (): Promise<void> => {
    while (isStarted) {
      again = false;
      lookedAtMs = performance.now();
      const job = await claim();
      if (job === null && !again) return;
      if (job === null) continue;
      openLane();
      await handle(job, aborter.signal);
    }
  };
  const sleepUntilDue = async (): Promise<void> => {
    questions += 1;
    const question = questions;
    const dueMs = isStarted ? await dueInMs() : null;
    // Of several lanes that end, the last one to ask knows of the jobs of all.
    if (question !== questions) return;
    sleep(Math.min(Math.max(dueMs ?? longestSleepMs, everyMs), longestSleepMs));
  };
  const sleep = (ms: number): void => {
    clearTimeout(timer);
    if (isStarted) timer = setTimeout(openLane, ms).unref();
  };
  const wake = (): void => {
    again = true;
    openLane();
  };
  return {
    start: () => {
      if (isStarted) return;
      isStarted = true;
      wake();
    },
    wake,
    look: () => {
      if (performance.now() - lookedAtMs >= everyMs) wake();
    },
    stop: async () => {
      isStarted = false;
      clearTimeout(timer);
      await atMost(graceMs, Promise.all(atWork));
      aborter.abort();
      aborter = new AbortController();
      await atMost(graceMs, Promise.all(atWork));
    },
  };
}
