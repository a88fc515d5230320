import { setTimeout as sleep } from "node:timers/promises";
import { answerQuestions } from "./answers.js";

const everyMs = 10;
const mostProbes = 6_000;

let probing: Promise<number[]> | undefined;
let stopped = false;

/** Asks for the page again and again, one request at a time, until it is told to stop. */
async function probe(url: string): Promise<number[]> {
  const delays: number[] = [];
  while (!stopped && delays.length < mostProbes) {
    const started = performance.now();
    await (await fetch(url)).arrayBuffer();
    delays.push(performance.now() - started);
    await sleep(everyMs);
  }
  return delays;
}

answerQuestions({
  start: (url: string) => {
    stopped = false;
    probing = probe(url);
  },
  /** The delays in milliseconds. */
  stop: () => {
    stopped = true;
    return probing;
  },
});
