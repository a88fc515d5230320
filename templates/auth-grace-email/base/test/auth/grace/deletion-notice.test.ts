import "../email/environment.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emit, eventSinks } from "../../../src/auth/events.js";
import { delayedDeletion, keepForGrace } from "../../../src/auth/grace/delayed-deletion.js";
import { mailDeletion } from "../../../src/auth/grace/deletion-notice.js";
import { deletions } from "../../../src/auth/hooks.js";
import { call, credentials, logIn, password, signUp } from "../client.js";
import {
  addressOf,
  mailsTo,
  newMailAddress,
  signUpProven,
  startMailAuth,
  stopMailAuth,
  tokenTo,
} from "../email/inbox.js";
import { expectNotGood, forgot, moveTo, reset, revert } from "../email/links.js";

// Mail about an account that its owner, or whoever has stolen it, has deleted, and that is gone in a while.

beforeAll(async () => {
  await startMailAuth();
  // `startMailAuth` leaves no other sink, and in tests nothing is kept: see `grace/config.ts`.
  eventSinks.push(mailDeletion);
  deletions[deletions.indexOf(keepForGrace)] = delayedDeletion(30 * 86_400);
}, 60_000);
afterAll(stopMailAuth, 60_000);

test("a deletion is told to the account's address, and to the one that was replaced, once", async () => {
  const ada = await signUpProven();
  const theirs = newMailAddress();
  await moveTo(ada, theirs);
  const { accessToken } = await logIn(ada.name);
  expect((await call("DELETE /me", { bearer: accessToken, body: { password } })).status).toBe(204);
  await emit({ event: "user_deletion_requested", outcome: "success", userId: ada.id });
  for (const address of [ada.email, theirs]) {
    const subjects = (await mailsTo(address)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === "Your account at auth-tests is being deleted")).toHaveLength(1);
  }
});

test("a deletion is told to nobody whose address is not proven", async () => {
  const email = newMailAddress();
  const bob = await signUp({ email });
  expect(await mailsTo(email)).toHaveLength(1);
  expect((await call("DELETE /me", { bearer: bob.accessToken, body: { password } })).status).toBe(204);
  expect(await mailsTo(email)).toHaveLength(1);
});

test("a link to a new password dies with the deletion, also once that is taken back; one that puts an address back does not", async () => {
  const ada = await signUpProven();
  await moveTo(ada, newMailAddress());
  const way = await tokenTo(ada.email, "revert-email");
  const { email: theirs } = await addressOf(ada.id);
  await forgot({ email: theirs });
  const token = await tokenTo(theirs ?? "", "reset-password");
  const { accessToken } = await logIn(ada.name);
  expect((await call("DELETE /me", { bearer: accessToken, body: { password } })).status).toBe(204);
  expectNotGood(await reset(token));
  expect((await call("POST /account/restore", { body: credentials(ada.name) })).status).toBe(200);
  expectNotGood(await reset(token));
  expect((await revert(way)).status).toBe(204);
  expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
});
