import "../test-environment.js";
import { describe, expect, test } from "vitest";
import { createWorker } from "../../../src/auth/jobs/worker.js";

describe("a worker", () => {
  const options = { everyMs: 20, atOnce: 3, graceMs: 200 };

  test("handles every job, several side by side but never more than it may", async () => {
    const jobs = Array.from({ length: 12 }, (_, index) => index);
    const handled: number[] = [];
    let running = 0;
    let most = 0;
    const worker = createWorker(
      async () => jobs.shift() ?? null,
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
      async () => {
        claims += 1;
        if (claims === 1) throw new Error("the database is away");
        return null;
      },
      async () => undefined,
      { ...options, everyMs: 60_000 },
    );
    worker.start();
    await pause(10);
    worker.wake();
    await pause(10);
    await worker.stop();
    expect(claims).toBe(2);
  });

  test("that stops takes nothing more, and aborts what does not end by itself", async () => {
    let claims = 0;
    let aborted = false;
    const worker = createWorker(
      async () => {
        claims += 1;
        return claims;
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
