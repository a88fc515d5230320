import { join } from "node:path";
import { type Child, startChild } from "./child.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const rounds = 9;
/** As much as Express's own parser takes by default, and as much as the module's does. */
const moduleBytes = 32 * 1024;
const bodyBytes = [100 * 1024, moduleBytes];
const routes = ["signup", "login"];
const members = ["username", "password", "displayName", "email"];

/** What a text is repeated from, that takes long to normalize, to fold, to match, to measure or to parse. */
const families: Record<string, string> = {
  "marks in a wrong order": "\u0315\u0300",
  "marks of many classes": "\u0334\u0315\u0300\u0345\u093c\u3099",
  "letters and marks that compose": "e\u0301",
  "parts of Hangul": "\u1100\u1161\u11a8",
  "ligatures that become 18 letters": "\ufdfa",
  "capitals that become two": "\u0130\u1e9e",
  "astral letters": "\u{1d15e}\u{1f469}\u200d",
  "halves of characters": "\\ud800",
  "quotes and backslashes": '\\"\\\\',
  "names and colons": '\\":\\"',
  "labels of a domain": "a.@a-",
  "spaces and percent signs": " %41",
};

interface Answered {
  family: string;
  ms: number;
}

/** CPU time of a request that holds much of one family of texts, over that of one that holds as many plain letters. */
export async function measureExpensiveInput(workshop: Workshop): Promise<Row[]> {
  const settings = moduleSettings(`file:${join(workshop.dir, "expensive-input.db")}`);
  const file = await workshop.build("parsed-bodies", "sqlite");
  const server = startChild(file, workshop.dir, { ...settings, AUTH_RATE_LIMIT: "off", BCRYPT_COST: "10" });
  const url = await server.ask<string>("listen");
  const over: Answered[] = [];
  for (const route of routes) {
    for (const bytes of bodyBytes) {
      // A login of this size is let through to the hash, whose time would hide everything else.
      if (route === "login" && bytes <= moduleBytes) continue;
      for (const member of members) over.push(...(await overPlain(server, `${url}/api/auth/${route}`, member, bytes)));
    }
  }
  await server.stop();
  const worst = over.reduce((most, one) => (one.ms > most.ms ? one : most));
  return [
    {
      what: "CPU of 100 kB that is expensive, over plain letters",
      aim: { atMost: 5 },
      unit: "ms",
      measured: worst.ms,
      behind: `${worst.family}: the worst of ${over.length} bodies, ${rounds} times each`,
    },
  ];
}

async function overPlain(server: Child, url: string, member: string, bytes: number): Promise<Answered[]> {
  const plain = await cpuOf(server, url, bodyOf(member, "a", bytes));
  const answered: Answered[] = [];
  for (const [family, unit] of Object.entries(families)) {
    const ms = (await cpuOf(server, url, bodyOf(member, unit, bytes))) - plain;
    answered.push({ family: `${family} as ${member}`, ms });
  }
  return answered;
}

/** JSON just below that size, of which one member is the unit, again and again. */
function bodyOf(member: string, unit: string, bytes: number): string {
  const known = { username: "nobody", password: "nine blue herons wade", [member]: "UNIT" };
  const frame = JSON.stringify(known);
  return frame.replace("UNIT", () => unit.repeat(Math.floor((bytes - frame.length) / Buffer.byteLength(unit))));
}

async function cpuOf(server: Child, url: string, body: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = await server.ask<number>("cpuTime");
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    await answer.arrayBuffer();
    if (answer.status < 400 || answer.status >= 500) throw new Error(`${url} answered ${answer.status}`);
    times.push(((await server.ask<number>("cpuTime")) - before) / 1000);
  }
  return median(times);
}
