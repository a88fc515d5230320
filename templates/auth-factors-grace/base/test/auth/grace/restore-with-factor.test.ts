import "../test-environment.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delayedDeletion, keepForGrace } from "../../../src/auth/grace/delayed-deletion.js";
import { isRestorable } from "../../../src/auth/grace/store.js";
import { deletions } from "../../../src/auth/hooks.js";
import { loginIsAddress } from "../../../src/auth/login-name.js";
import { now, write } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { call, credentials, events, expectAlive, expectProblem, password, startAuth, stopAuth } from "../client.js";
import { answer, challengeFor, challengeIn, refusal, signUpWithPaper, usePaper } from "../factors/paper-codes.js";
import { tokensOf } from "../shapes.js";

// An account that waits to be deleted, and whose owner has a second factor.
let putAway: () => void;

beforeAll(async () => {
  await startAuth();
  // In tests nothing is kept: see `grace/config.ts`.
  deletions[deletions.indexOf(keepForGrace)] = delayedDeletion(30 * 86_400);
  putAway = usePaper();
}, 60_000);
afterAll(async () => {
  putAway();
  await stopAuth();
}, 60_000);

test("the password alone restores nothing; with the second factor it does, and logs in (T5)", async () => {
  const ada = await closed();
  const challenge = challengeIn(await restore(ada.name));
  expect(await isRestorable(ada.id)).toBe(true);
  expect(refusal(await answer(challenge, "wrong"))).toEqual([403, "WrongCode"]);
  const restored = await answer(challenge, ada.codes[0]);
  expect(restored.status).toBe(200);
  await expectAlive(tokensOf(restored));
  expect(await isRestorable(ada.id)).toBe(false);
  expect(events.some(({ event, userId }) => event === "user_restored" && userId === ada.id)).toBe(true);
});

test("a login does not go on with it, and a challenge of before the deletion is over", async () => {
  const ada = await closed();
  expectProblem(await call("POST /login", { body: credentials(ada.name) }), "InvalidLoginCredentials");
  expect(refusal(await answer(ada.before, ada.codes[0]))).toEqual([401, "InvalidChallenge"]);
  expect(await isRestorable(ada.id)).toBe(true);
});

/** Somebody with codes on paper who has deleted their account. */
async function closed() {
  const ada = await signUpWithPaper();
  // Where people log in with an address, one that nobody has proven is deleted at once.
  if (loginIsAddress) await write((db) => db.update(users).set({ emailVerifiedAt: now }));
  const before = await challengeFor(ada.name);
  expect((await call("DELETE /me", { bearer: ada.accessToken, body: { password } })).status).toBe(204);
  return { ...ada, before };
}

function restore(name: string) {
  return call("POST /account/restore", { body: credentials(name) });
}
