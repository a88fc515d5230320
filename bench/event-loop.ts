import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "./child.js";
import { logIn } from "./log-in.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const loginsInFlight = 200;
const idleMs = 2_000;
const password = "correct horse battery staple";

/** How long another route waits at worst while many logins are in flight; asked from a process of its own. */
export async function measureEventLoop(workshop: Workshop): Promise<Row[]> {
  const settings = moduleSettings(`file:${join(workshop.dir, "event-loop.db")}`);
  const server = startChild(await workshop.build("accounts", "sqlite"), workshop.dir, settings);
  const prober = startChild(await workshop.build("prober", "sqlite"), workshop.dir, {});
  const url = await server.ask<string>("listen");
  await server.ask("addAccounts", { count: loginsInFlight, password });
  const idle = await delaysDuring(prober, url, () => sleep(idleMs));
  const busy = await delaysDuring(prober, url, () => logInAll(url));
  await prober.stop();
  await server.stop();
  return [
    {
      what: `worst delay of another route, ${loginsInFlight} logins in flight`,
      aim: { atMost: 100 },
      unit: "ms",
      measured: Math.max(...busy),
      behind: `median ${median(busy).toFixed(1)} ms of ${busy.length}; idle: worst ${Math.max(...idle).toFixed(0)} ms`,
    },
  ];
}

async function delaysDuring(prober: Child, url: string, work: () => Promise<unknown>): Promise<number[]> {
  await prober.ask("start", `${url}/hello`);
  await work();
  return prober.ask<number[]>("stop");
}

async function logInAll(url: string): Promise<void> {
  await Promise.all(Array.from({ length: loginsInFlight }, (_, index) => logIn(url, `user${index}`, password)));
}
