import { join } from "node:path";
import { startChild } from "./child.js";
import { logIn } from "./log-in.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const rounds = 5;
const loginsEach = 16;
const password = "correct horse battery staple";

/** Logins over HTTP against bare bcrypt comparisons of the same cost, both through the module's bounded concurrency. */
export async function measureLogin(workshop: Workshop): Promise<Row[]> {
  const file = await workshop.build("accounts", "sqlite");
  const child = startChild(file, workshop.dir, moduleSettings(`file:${join(workshop.dir, "login.db")}`));
  const url = await child.ask<string>("listen");
  await child.ask("addAccounts", { count: loginsEach, password });
  const logins: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < rounds; round++) {
    plain.push(await child.ask<number>("comparePlainly", { count: loginsEach, password }));
    logins.push(await timeLogins(url));
  }
  await child.stop();
  const perSecond = (times: number[]) => `${((loginsEach * 1000) / median(times)).toFixed(1)}/s`;
  return [
    {
      what: "login / plain bcrypt at the same cost",
      aim: { atLeast: 0.95 },
      measured: median(plain.map((ms, round) => ms / logins[round]!)),
      behind: `${perSecond(logins)} / ${perSecond(plain)}`,
    },
  ];
}

async function timeLogins(url: string): Promise<number> {
  const started = performance.now();
  await Promise.all(Array.from({ length: loginsEach }, (_, index) => logIn(url, `user${index}`, password)));
  return performance.now() - started;
}
