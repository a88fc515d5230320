import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Email } from "postal-mime";
import { afterEach, expect, test } from "vitest";
import { password, times, useCluster } from "../support/cluster.js";
import { listens } from "../support/compose.js";
import { type MailServer, startMailServer } from "../support/smtp.js";

// Strangers in 10,000 networks guess at one account, a tenth of them ask for its resets too, over HTTP, while the owner
// comes back.

const networks = 10_000;
const resetEvery = 10;
/** Guesses at one account that are looked at in a day, wherever they come from. */
const guessesADay = 100;
const atOnce = 40;
const newPassword = "ten grey geese waddle";

let smtp: MailServer;
let agent: Agent;
let attack: Attack | undefined;
afterEach(() => smtp.close());
const cluster = useCluster();
afterEach(async () => {
  await attack?.end();
  agent.destroy();
});

test("the owner gets in from networks never seen before while 10,000 others attack: by a device's cookie at once, and by one mail that strangers caused", async () => {
  await start();
  const owner = await signUpProven();
  attack = attackFromEverywhere(owner);

  await attack.passed(networks / 4);
  expect((await post(newNetwork(), "/login", credentials(owner, password))).status).toBe(429);
  const known = await post(newNetwork(), "/login", credentials(owner, password), owner.cookie);
  expect(known.status).toBe(200);

  const home = newNetwork();
  const token = tokenIn(await smtp.mailTo(owner.email, 2));
  expect((await post(home, "/password/reset", { token, newPassword })).status).toBe(204);
  expect((await post(home, "/login", credentials(owner, newPassword))).status).toBe(200);
  expect(attack.asked()).toBeLessThan(networks);

  const answers = await attack.end(networks);
  expect(answers.resets).toEqual({ 202: networks / resetEvery });
  expect(Object.keys(answers.guesses).sort()).toEqual(["401", "429"]);
  expect(answers.guesses[401]).toBeLessThanOrEqual(guessesADay);
  expect((await post(home, "/login", credentials(owner, newPassword))).status).toBe(200);
  expect((await post(newNetwork(), "/login", credentials(owner, newPassword))).status).toBe(429);
});

interface Owner {
  readonly username: string;
  readonly email: string;
  readonly cookie: string;
}

const credentials = ({ username }: Owner, secret: string) => ({ username, password: secret });

async function start(): Promise<void> {
  agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  smtp = await startMailServer();
  await cluster.begin({
    database: "postgres",
    processes: 1,
    items: ["auth-email"],
    env: {
      AUTH_RATE_LIMIT: "on",
      AUTH_MAIL: `smtp://ada:secret@127.0.0.1:${smtp.port}`,
      MAIL_FROM: "Shop <no-reply@shop.example>",
      APP_URL: "https://shop.example",
    },
    server: serverBehindProxy,
  });
}

/** Somebody whose address is proven, and who has logged in from a device. */
async function signUpProven(): Promise<Owner> {
  const username = `ada-${randomBytes(6).toString("hex")}`;
  const email = `${username}@example.org`;
  const from = newNetwork();
  expect((await post(from, "/signup", { username, email, password })).status).toBe(201);
  const token = tokenIn(await smtp.mailTo(email));
  expect((await post(from, "/email/verify", { token, password })).status).toBe(204);
  const { cookie } = await post(from, "/login", { username, password });
  expect(cookie).toMatch(/^__Host-device=/);
  return { username, email, cookie };
}

interface Attack {
  readonly asked: () => number;
  /** Waits until so many networks have attacked. */
  passed(count: number): Promise<void>;
  /** Lets it go on to so many networks, by default no further, and gives how often each status came. */
  end(last?: number): Promise<Record<"guesses" | "resets", Record<number, number>>>;
}

/** Each network guesses once; some ask for a reset. */
function attackFromEverywhere(owner: Owner): Attack {
  const statuses = { guesses: {} as Record<number, number>, resets: {} as Record<number, number> };
  let [asked, last] = [0, networks];
  const send = async (kind: "guesses" | "resets", ...what: Parameters<typeof post>): Promise<void> => {
    const { status } = await post(...what);
    statuses[kind][status] = (statuses[kind][status] ?? 0) + 1;
  };
  const goOn = async (): Promise<void> => {
    while (asked < last) {
      const index = asked++;
      const from = addressOf(100, index);
      await send("guesses", from, "/login", credentials(owner, `guess ${index} of a password`));
      if (index % resetEvery === 0) await send("resets", from, "/password/forgot", { email: owner.email });
    }
  };
  const done = times(atOnce, goOn);
  return {
    asked: () => asked,
    passed: async (count) => {
      while (asked < count) await Promise.race([done, sleep(20)]);
    },
    end: async (to = 0) => {
      last = to;
      await done;
      return statuses;
    },
  };
}

let seen = 0;
const newNetwork = (): string => addressOf(101, seen++);

/** One IPv4 address for each index: each is a network of its own to the module. */
function addressOf(first: number, index: number): string {
  return `${first}.${index >> 8}.${index & 0xff}.7`;
}

interface Posted {
  readonly status: number;
  /** The device's cookie, as it is sent back. */
  readonly cookie: string;
}

/** As a proxy hands on what came to it over https from the address. */
function post(from: string, path: string, body: object, cookie = ""): Promise<Posted> {
  const headers = {
    "content-type": "application/json",
    "x-forwarded-for": from,
    "x-forwarded-proto": "https",
    ...(cookie && { cookie }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${cluster.apps[0]!.url}/api/auth${path}`, { method: "POST", agent, headers }, (answer) => {
      const cookies = answer.headers["set-cookie"] ?? [];
      const device = cookies.find((line) => line.startsWith("__Host-device=")) ?? "";
      answer.resume().on("end", () => resolve({ status: answer.statusCode!, cookie: device.split(";")[0]! }));
    });
    sent.on("error", reject).end(JSON.stringify(body));
  });
}

function tokenIn({ text = "" }: Email): string {
  return /#token=([\w-]{43})/.exec(text)![1]!;
}

const serverBehindProxy = `import express from "express";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.set("trust proxy", "loopback");
app.use("/api/auth", authRouter);
${listens}`;
