import "./mail-environment.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readdirSync, readFileSync } from "node:fs";
import { eventSinks } from "../src/auth/events.js";
import { mailOnEvent } from "../src/auth/email-events.js";
import { call, signUp, startAuth, stopAuth, events } from "./auth-client.js";
import { mailFolder } from "./mail-environment.js";
beforeAll(async () => { await startAuth(); eventSinks.push(mailOnEvent); });
afterAll(stopAuth);
test("x", async () => {
  const ada = await signUp({ email: "Ada@Example.org" });
  await new Promise(r => setTimeout(r, 500));
  console.log(JSON.stringify(events), readdirSync(mailFolder), readFileSync(mailFolder + "/" + readdirSync(mailFolder)[0], "utf8"));
  const forgot = await call("POST /password/forgot", { body: { username: ada.username } });
  expect(forgot.status).toBe(202);
});
