import "../email/environment.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventSinks } from "../../../src/auth/events.js";
import { mailFactorEvents } from "../../../src/auth/factors/factor-notices.js";
import { removeFactor, setFactor } from "../../../src/auth/factors/factors.js";
import { newTokens } from "../../../src/auth/sessions.js";
import { call, credentials, sessionOf, signUp } from "../client.js";
import {
  mailsTo,
  mailTo,
  newMailAddress,
  signUpProven,
  startMailAuth,
  stopMailAuth,
  tokenTo,
  waitedLong,
} from "../email/inbox.js";
import { forgot, newPassword, proveAsStranger, reset, verify } from "../email/links.js";
import { answer, challengeFor, challengeIn, giveCodes, paper, usePaper } from "./paper-codes.js";

// What mail does for second factors: it tells of them, and a proof of the address decides whose they are.

const client = { ip: null, userAgent: null };
let putAway: () => void;

beforeAll(async () => {
  await startMailAuth();
  eventSinks.push(mailFactorEvents);
  putAway = usePaper();
}, 60_000);
afterAll(async () => {
  putAway();
  await stopMailAuth();
}, 60_000);

test("setting, new codes and removing are told to the proven address", async () => {
  const ada = await signUpProven();
  const caller = { userId: ada.id, sessionId: sessionOf(ada.accessToken), amr: ["pwd"] };
  const session = newTokens(client);
  const opened = await setFactor(caller, paper, () => Promise.resolve(true), client, session);
  expect((await mailTo(ada.email)).subject).toBe("A second factor was set for your account at auth-tests");
  await giveCodes(ada.id, 1);
  const { accessToken: bearer } = await session.deliver(opened.session);
  expect((await call("POST /recovery-codes", { bearer })).status).toBe(201);
  expect((await mailTo(ada.email)).subject).toBe("New recovery codes for your account at auth-tests");
  await removeFactor({ userId: ada.id, sessionId: opened.session.id }, paper, client);
  expect((await mailTo(ada.email)).subject).toBe("A second factor of your account at auth-tests was removed");
});

test("a recovery code that was used is told, with how many are left (T20)", async () => {
  const ada = await signUpProven();
  const [first, second] = await giveCodes(ada.id, 3);
  for (const [code, left] of [
    [first, "2 codes are left."],
    [second, "1 code is left."],
  ]) {
    await waitedLong();
    expect((await answer(await challengeFor(ada.name), code)).status).toBe(200);
    const { subject, text, html } = await mailTo(ada.email);
    expect(subject).toBe("A recovery code of your account at auth-tests was used");
    for (const part of [text, html]) expect(part.replace(/\n/g, " ")).toContain(left);
  }
});

test("ten wrong answers are told, once (T8)", async () => {
  const ada = await signUpProven();
  await giveCodes(ada.id, 1);
  for (let challenge = "", guess = 0; guess < 12; guess += 1) {
    if (guess % 4 === 0) challenge = await challengeFor(ada.name);
    await answer(challenge, "wrong");
  }
  const told = (await mailsTo(ada.email)).filter(({ subject }) => subject.startsWith("Somebody has the password"));
  expect(told).toHaveLength(1);
});

test("a new password by a mailed link keeps the factor, and the login asks for it (T5, T21)", async () => {
  const ada = await signUpProven();
  const [code] = await giveCodes(ada.id, 1);
  await forgot({ email: ada.email });
  const answered = await reset(await tokenTo(ada.email, "reset-password"));
  expect([answered.status, answered.body]).toEqual([204, {}]);
  const challenge = challengeIn(await call("POST /login", { body: credentials(ada.name, newPassword) }));
  expect((await answer(challenge, code)).status).toBe(200);
});

test("the first proof of an address takes a stranger's factors away, and the owner gets in without them (T21)", async () => {
  const email = newMailAddress();
  const squatter = await signUp({ email });
  await giveCodes(squatter.id, 2);
  const token = await proveAsStranger(await tokenTo(email));
  expect((await reset(token)).status).toBe(204);
  expect((await call("POST /login", { body: credentials(squatter.name, newPassword) })).status).toBe(200);
});

test("it leaves them where who proves it is logged in", async () => {
  const email = newMailAddress();
  const ada = await signUp({ email });
  await giveCodes(ada.id, 2);
  expect((await verify(await tokenTo(email), ada.accessToken)).status).toBe(204);
  await challengeFor(ada.name);
});
