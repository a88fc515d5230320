import "../test-environment.js";
import { describe, expect, test } from "vitest";
import { createWorker } from "../../../src/auth/jobs/worker.js";

describe("a worker", () => {
  const options = {
    dueInMs: (): Promise<number | null> => Promise.resolve(null),
    everyMs: 20,
    atOnce: 3,
    graceMs: 200,
  };

  test("handles every job, several side by side but never more than it may", async () => {
    const jobs = Array.from({ length: 12 }, (_, index) => index);
    const handled: number[] = [];
    let running = 0;
    let most = 0;
    const worker = createWorker(
      () => Promise.resolve(jobs.shift() ?? null),
      async (job) => {
        running += 1;
        most = Math.max(most, running);
        await pause(5);
        running -= 1;
        handled.push(job);
      },
      options,
    );
    worker.start();
    while (handled.length < 12) await pause(5);
    await worker.stop();
    expect(handled.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(most).toBe(3);
  });

  test("looks again after a claim that failed, and at once when it is woken", async () => {
    let claims = 0;
    const worker = createWorker<never>(
      () => {
        claims += 1;
        return claims === 1 ? Promise.reject(new Error("the database is away")) : Promise.resolve(null);
      },
      () => Promise.resolve(),
      { ...options, everyMs: 60_000 },
    );
    worker.start();
    await pause(10);
    worker.wake();
    await pause(10);
    await worker.stop();
    expect(claims).toBe(2);
  });

  test("with nothing due asks for nothing more, and under traffic once in a while", async () => {
    let claims = 0;
    let questions = 0;
    const dueInMs = () => {
      questions += 1;
      return Promise.resolve(null);
    };
    const claim = () => {
      claims += 1;
      return Promise.resolve(null);
    };
    const worker = createWorker<never>(claim, () => Promise.resolve(), { ...options, dueInMs });
    worker.start();
    await pause(100);
    expect([claims, questions]).toEqual([1, 1]);
    for (let request = 0; request < 100; request++) worker.look();
    await pause(50);
    await worker.stop();
    expect([claims, questions]).toEqual([2, 2]);
  });

  test("wakes when a job is due, also one that is not its own yet, and looks no more often than it may", async () => {
    const dueAt = performance.now() + 60;
    const claimedAt: number[] = [];
    const claim = () => {
      claimedAt.push(performance.now());
      return Promise.resolve(null);
    };
    const dueInMs = () => Promise.resolve(dueAt - performance.now());
    const worker = createWorker<never>(claim, () => Promise.resolve(), { ...options, dueInMs });
    worker.start();
    while (claimedAt.length < 4) await pause(5);
    await worker.stop();
    const [, second, third] = claimedAt;
    expect(second).toBeGreaterThan(dueAt - 2);
    expect(Number(third) - Number(second)).toBeGreaterThan(options.everyMs - 2);
  });

  test("that is woken while it asks when to sleep looks again", async () => {
    let claims = 0;
    const claim = () => {
      claims += 1;
      return Promise.resolve(null);
    };
    const dueInMs = async () => {
      if (claims === 1) worker.wake();
      await pause(10);
      return null;
    };
    const worker = createWorker<never>(claim, () => Promise.resolve(), { ...options, atOnce: 1, dueInMs });
    worker.start();
    await pause(60);
    await worker.stop();
    expect(claims).toBe(2);
  });

  test("hears of two lanes that end the one that asked last for what is due, whichever is answered last", async () => {
    const jobs = [0, 10];
    const questions = [() => pause(40).then(() => 60_000), () => Promise.resolve(100)];
    let claims = 0;
    const worker = createWorker(
      () => {
        claims += 1;
        return Promise.resolve(jobs.shift() ?? null);
      },
      (ms) => pause(ms),
      { ...options, atOnce: 2, dueInMs: async () => (await questions.shift()?.()) ?? null },
    );
    worker.start();
    await pause(60);
    const before = claims;
    await pause(200);
    await worker.stop();
    expect(claims).toBeGreaterThan(before);
  });

  test("that stops takes nothing more, and aborts what does not end by itself", async () => {
    let claims = 0;
    let aborted = false;
    const worker = createWorker(
      () => {
        claims += 1;
        return Promise.resolve(claims);
      },
      (_job, signal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            resolve();
          });
        }),
      { ...options, atOnce: 1, graceMs: 20 },
    );
    worker.start();
    await pause(10);
    await worker.stop();
    expect(aborted).toBe(true);
    expect(claims).toBe(1);
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
