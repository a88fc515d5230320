import "./environment.js";
import { eq } from "drizzle-orm";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ringForMail } from "../../../src/auth/email/bell.js";
import { mayReset } from "../../../src/auth/email/limits.js";
import { findRecipient } from "../../../src/auth/email/outbox-store.js";
import { proofEffects } from "../../../src/auth/email/proof-effects.js";
import { addReset, spendVerification } from "../../../src/auth/email/store.js";
import { newId } from "../../../src/auth/email/token.js";
import { AuthError } from "../../../src/auth/errors.js";
import { loginIsAddress, loginName } from "../../../src/auth/login-name.js";
import { passwordChecks } from "../../../src/auth/password-checks.js";
import { fromNow, write } from "../../../src/db/client.js";
import { emailTokens } from "../../../src/db/schema/auth-email.js";
import { authenticators } from "../../../src/middleware/authenticators.js";
import { requireVerifiedEmail } from "../../../src/middleware/verified-email.js";
import {
  call,
  credentials,
  deviceOf,
  events,
  expectAlive,
  expectDead,
  expectProblem,
  logIn,
  named,
  newAddress,
  newName,
  password,
  refresh,
  signUp,
  underAttack,
} from "../client.js";
import { dumpDatabase } from "../database.js";
import { match, tokensOf } from "../shapes.js";
import {
  addressOf,
  disable,
  hourPasses,
  mailsTo,
  mailTo,
  minutesPass,
  newMailAddress,
  signUpProven,
  startMailAuth,
  stopMailAuth,
  tokenIn,
  tokenTo,
  waitedLong,
} from "./inbox.js";
import {
  changeTo,
  expectNotGood,
  forgot,
  linksOf,
  moveTo,
  newPassword,
  proveAsStranger,
  reset,
  revert,
  sendAgain,
  verify,
} from "./links.js";

beforeAll(startMailAuth, 60_000);
afterAll(stopMailAuth, 60_000);

/** Of an address that is a field of the account, and not what it logs in with. */
const fieldTest: (title: string, run: () => Promise<void>) => void = loginIsAddress ? () => undefined : test;

describe("verification", () => {
  test("who is logged in can't prove their address for another's account by mistake", async () => {
    const email = newMailAddress();
    const mallory = await signUp({ email });
    const token = await tokenTo(email);
    const hers = loginIsAddress ? newMailAddress() : email;
    const ada = await signUp({ email: hers });
    expectNotGood(await call("POST /email/verify", { bearer: ada.accessToken, body: { token } }));
    expect(await addressOf(ada.id)).toEqual({ email: hers, isProven: false });
    expect((await call("POST /email/verify", { bearer: mallory.accessToken, body: { token } })).status).toBe(204);
  });

  test("while it can't be known who is logged in, a link proves nothing, and stays good", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const token = await tokenTo(email);
    authenticators.unshift(() => Promise.reject(new AuthError("ServiceUnavailable")));
    const answer = await call("POST /email/verify", { bearer: ada.accessToken, body: { token } });
    authenticators.shift();
    expectProblem(answer, "ServiceUnavailable");
    expect((await verify(token, ada.accessToken)).status).toBe(204);
  });

  test("a new account's address gets a link, which proves it; who is logged in stays so, and every other login ends", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const phone = await logIn(ada.name);
    expect(await addressOf(ada.id)).toEqual({ email, isProven: false });
    const answer = await verify(await tokenTo(email, "verify-email"), ada.accessToken);
    expect([answer.status, answer.text, answer.headers["cache-control"]]).toEqual([204, "", "no-store"]);
    expect(await addressOf(ada.id)).toEqual({ email, isProven: true });
    await expectAlive(ada);
    expect((await refresh(ada.refreshToken)).status).toBe(200);
    await expectDead(phone);
    await expectAlive(await logIn(ada.name));
    expect(events[events.length - 2]).toMatchObject({ event: "user_email_verified", userId: ada.id });
  });

  test("the account's password speaks for its owner as a login does, and then every login ends", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const token = await tokenTo(email);
    expect((await call("POST /email/verify", { body: { token, password } })).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email, isProven: true });
    await expectDead(ada);
    await expectAlive(await logIn(ada.name));
  });

  test.each([
    ["nothing else", {}],
    ["an empty field for the password", { password: null }],
    ["a wrong password", { password: "a wrong password" }],
  ])("with %s, a stranger's password, logins and factors end, and the owner sets a password", async (_what, more) => {
    const email = newMailAddress();
    const squatter = await signUp({ email });
    const second = await logIn(squatter.name);
    const effects: unknown[] = [];
    proofEffects.push((_tx, proof) => Promise.resolve(void effects.push(proof)));
    const setPasswordToken = await proveAsStranger(await tokenTo(email), more);
    proofEffects.pop();
    expect(effects).toEqual([{ userId: squatter.id, hadProvenAddress: false }]);
    await expectDead(squatter);
    await expectDead(second);
    expectProblem(await call("POST /login", { body: credentials(squatter.name) }), "InvalidLoginCredentials");
    const [link] = await linksOf(squatter.id);
    expect(((link?.expiresAt.getTime() ?? 0) - (link?.createdAt.getTime() ?? 0)) / 60_000).toBeCloseTo(60, 1);
    expect((await reset(setPasswordToken)).status).toBe(204);
    expectNotGood(await reset(setPasswordToken));
    await logIn(squatter.name, newPassword);
    expect(events.map(({ reason }) => reason)).not.toContain(setPasswordToken);
  });

  test("a login that has ended, and the password of a moment ago, speak for nobody", async () => {
    const [one, other] = [newMailAddress(), newMailAddress()];
    const ada = await signUp({ email: one });
    await call("POST /logout", { bearer: ada.accessToken });
    const answer = await verify(await tokenTo(one), ada.accessToken);
    expect([answer.status, answer.body]).toEqual([200, { setPasswordToken: match.any(String) }]);
    const bob = await signUp({ email: other });
    const token = await tokenTo(other);
    const passwordEpoch = 0;
    await call("POST /logout-all", { bearer: bob.accessToken });
    const spent = await spendVerification(token, { session: null, passwordEpoch });
    expect(spent?.setPasswordToken).toEqual(match.any(String));
  });

  test("guesses at the password beside a link count as guesses at the login", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const from = newAddress();
    const wrong = { from, body: credentials(ada.name, "a wrong password") };
    for (let time = 1; time <= 10; time += 1) await call("POST /login", wrong);
    const token = await tokenTo(email);
    expectProblem(await call("POST /email/verify", { from, body: { token, password } }), "TooManyRequests");
    expect(await addressOf(ada.id)).toEqual({ email, isProven: false });
    expect((await verify(token, ada.accessToken)).status).toBe(204);
  });

  test("its mail names the day of the signup, and nothing that whoever signed up has chosen", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email, displayName: "Click https://evil.example" });
    const { subject, text, html } = await mailTo(email);
    for (const part of [text, html]) {
      expect(part).toContain(`that was made on ${new Date().toISOString().slice(0, 10)}`);
      expect(part).not.toContain("evil.example");
    }
    if (!loginIsAddress) expect(subject + text + html).not.toContain(ada.name);
  });

  test("asked for right after the signup, while its own mail is on its way, none is sent, and the link stays good", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    expect((await sendAgain(ada.accessToken)).status).toBe(202);
    expectProblem(await sendAgain(ada.accessToken), "TooManyRequests");
    expect(await mailsTo(email)).toHaveLength(1);
    expect((await verify(await tokenTo(email), ada.accessToken)).status).toBe(204);
  });

  test("the link of a new account outlives every logout and a change of the password", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const body = { currentPassword: password, newPassword };
    const { accessToken } = tokensOf(await call("PUT /password", { bearer: ada.accessToken, body }));
    expect((await call("POST /logout-all", { bearer: accessToken })).status).toBe(204);
    expect((await verify(await tokenTo(email, "verify-email"))).status).toBeLessThan(300);
    expect(await addressOf(ada.id)).toEqual({ email, isProven: true });
  });

  fieldTest("without an address, no mail", async () => {
    const ada = await signUp();
    expect((await sendAgain(ada.accessToken)).status).toBe(202);
    expect(await linksOf(ada.id)).toEqual([]);
  });

  test("another link can be asked for, and ends the one before", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const first = await tokenTo(email);
    await waitedLong();
    const answer = await sendAgain(ada.accessToken);
    expect([answer.status, answer.body]).toEqual([202, {}]);
    const second = await tokenTo(email);
    expect(second).not.toBe(first);
    expectNotGood(await verify(first));
    expect((await verify(second, ada.accessToken)).status).toBe(204);
    await waitedLong();
    expect((await sendAgain(ada.accessToken)).status).toBe(202);
    expect(await mailsTo(email)).toHaveLength(2);
    expectProblem(await call("POST /email/verification"), "NotAuthenticated");
  });

  test("a link works once, ten at once or one after the other, and no GET uses it up", async () => {
    const email = newMailAddress();
    await signUp({ email });
    const token = await tokenTo(email);
    for (const method of ["GET", "HEAD"])
      expect((await call(`${method} /email/verify?token=${token}`)).status).toBe(404);
    const answers = await Promise.all(Array.from({ length: 10 }, () => verify(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(403)]);
    expectNotGood(await verify(token));
  });

  test("a link that is too old, for something else, or no link at all is refused", async () => {
    const ada = await signUpProven();
    await forgot({ email: ada.email });
    const token = await tokenTo(ada.email, "reset-password");
    expectNotGood(await verify(token));
    expectNotGood(await revert(token));
    for (const text of ["", "x", token.slice(1), `${token}=`, "A".repeat(43), "../etc", "\u0000"])
      expectNotGood(await reset(text));
    for (const wrong of [undefined, null, 7, {}, ["x"], "x".repeat(300)])
      expectProblem(await verify(wrong), "ValidationError", "token");
    await write((db) =>
      db
        .update(emailTokens)
        .set({ expiresAt: fromNow(-1) })
        .where(eq(emailTokens.userId, ada.id)),
    );
    expectNotGood(await reset(token));
  });

  test.each([
    ["verify", 24 * 60],
    ["reset", 60],
    ["revert", 7 * 24 * 60],
  ])("a link to %s lives %i minutes", async (purpose, minutes) => {
    const ada = await signUpProven();
    await forgot({ email: ada.email });
    await changeTo(ada.accessToken, newMailAddress());
    await mailsTo(ada.email);
    const link = (await linksOf(ada.id)).find((one) => one.purpose === purpose);
    expect(((link?.expiresAt.getTime() ?? 0) - (link?.createdAt.getTime() ?? 0)) / 60_000).toBeCloseTo(minutes, 1);
  });

  fieldTest(
    "somebody else's address neither blocks nor reveals its owner, and is taken away when the owner proves it",
    async () => {
      const email = newMailAddress();
      const mallory = await signUp({ email: email.replace("ada", "ADA") });
      const hers = await tokenTo(email.replace("ada", "ADA"));
      await waitedLong();
      const ada = await signUp({ email });
      expect((await verify(await tokenTo(email), ada.accessToken)).status).toBe(204);
      expect(await addressOf(ada.id)).toEqual({ email, isProven: true });
      expect(await addressOf(mallory.id)).toEqual({ email: null, isProven: false });
      await expectAlive(mallory);
      await logIn(mallory.name);
      expectNotGood(await verify(hers));
    },
  );

  fieldTest(
    "a proven address moves to whoever proves it next, and the account before keeps everything else",
    async () => {
      const ada = await signUpProven();
      const again = await signUp({ email: ada.email });
      expect((await verify(await tokenTo(ada.email), again.accessToken)).status).toBe(204);
      expect(await addressOf(again.id)).toEqual({ email: ada.email, isProven: true });
      expect(await addressOf(ada.id)).toEqual({ email: null, isProven: false });
      await expectAlive(ada);
    },
  );

  test("ends what the list of effects says, and is undone when one of them fails", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const token = await tokenTo(email);
    const proofs: unknown[] = [];
    const fail = () => Promise.reject(new AuthError("ServiceUnavailable"));
    proofEffects.push(fail);
    expectProblem(await verify(token), "ServiceUnavailable");
    proofEffects[proofEffects.length - 1] = (_tx, proof) => Promise.resolve(void proofs.push(proof));
    await proveAsStranger(token);
    proofEffects.pop();
    expect(proofs).toEqual([{ userId: ada.id, hadProvenAddress: false }]);
  });

  test("a disabled account proves nothing", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const token = await tokenTo(email);
    await disable(ada.id);
    expectNotGood(await verify(token));
  });
});

describe("requireVerifiedEmail", () => {
  test("lets a request pass once the address is proven", async () => {
    const ada = await signUp({ email: newMailAddress() });
    const bob = await signUpProven();
    const order = (bearer?: string) => call("POST /orders", { app: shop, mount: "", ...(bearer ? { bearer } : {}) });
    expectProblem(await order(), "NotAuthenticated");
    expectProblem(await order("x"), "InvalidAccessToken");
    expectProblem(await order(ada.accessToken), "ForbiddenError");
    expect((await order(bob.accessToken)).body).toMatchObject({ userId: bob.id });
  });
});

describe("a forgotten password", () => {
  test.each(["email", loginName])("is replaced by a link that the %s asks for", async (by) => {
    const ada = await signUpProven();
    const answer = await forgot({ [by]: by === "email" ? ada.email : ada.name });
    expect([answer.status, answer.body]).toEqual([202, {}]);
    const done = await reset(await tokenTo(ada.email, "reset-password"));
    expect([done.status, done.text]).toEqual([204, ""]);
    await expectDead(ada);
    expectProblem(await call("POST /login", { body: credentials(ada.name) }), "InvalidLoginCredentials");
    await logIn(ada.name, newPassword);
    expect((await mailTo(ada.email)).subject).toBe("The password of your account at auth-tests was changed");
  });

  test("gets the same answer for everybody, and mail only goes to an address that is proven or logged in with", async () => {
    const ada = await signUpProven();
    const unproven = newMailAddress();
    const bob = await signUp({ email: unproven });
    const gone = await signUpProven();
    await disable(gone.id);
    const sent = [await mailsTo(unproven), await mailsTo(gone.email)].map(({ length }) => length);
    const answers = [
      await forgot({ email: ada.email }),
      await forgot({ email: ada.email.toUpperCase() }),
      await forgot({ email: "nobody@example.org" }),
      await forgot(named(newName())),
      await forgot({ email: unproven }),
      await forgot(named(bob.name)),
      await forgot({ email: gone.email }),
    ];
    const seen = answers.map(({ status, headers, text }) => ({
      status,
      headers: { ...headers, date: undefined },
      text,
    }));
    for (const one of seen) expect(one).toEqual(seen[0]);
    const [toUnproven = 0, toGone = 0] = sent;
    const mails = [await mailsTo(unproven), await mailsTo(gone.email)].map(({ length }) => length);
    expect(mails).toEqual([loginIsAddress ? toUnproven + 1 : toUnproven, toGone]);
    expect(await mailsTo(ada.email)).toHaveLength(2);
  });

  test("a password that is refused does not use the link up", async () => {
    const ada = await signUpProven();
    await forgot({ email: ada.email });
    const token = await tokenTo(ada.email);
    expectProblem(await reset(token, "too short"), "ValidationError", "newPassword");
    expectProblem(await reset(token, ada.name), "ValidationError", "newPassword");
    passwordChecks.push(() => Promise.resolve("It was in a breach."));
    expectProblem(await reset(token), "ValidationError", "newPassword");
    passwordChecks.pop();
    expectProblem(await reset(token, 7), "ValidationError", "newPassword");
    expect((await reset(token)).status).toBe(204);
  });

  test("of thirty resets with one link one wins", async () => {
    const ada = await signUpProven();
    await forgot({ email: ada.email });
    const token = await tokenTo(ada.email);
    const secrets = Array.from({ length: 30 }, (_, index) => `ten grey geese waddle ${index}`);
    const answers = await Promise.all(secrets.map((secret) => reset(token, secret)));
    const won = secrets.filter((_, index) => answers[index]?.status === 204);
    expect(won).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 204) expectNotGood(answer);
    await logIn(ada.name, won[0]);
  });

  test("a link ends with the next one, with a reset, and with the address it went to", async () => {
    const ada = await signUpProven();
    await forgot({ email: ada.email });
    const first = await tokenTo(ada.email);
    await waitedLong();
    await forgot({ email: ada.email });
    const second = await tokenTo(ada.email);
    expectNotGood(await reset(first));
    const next = newMailAddress();
    await changeTo(ada.accessToken, next);
    expect((await verify(await tokenTo(next))).status).toBe(204);
    expectNotGood(await reset(second));
  });

  test.each([
    ["the password is changed", "PUT /password", { currentPassword: password, newPassword }],
    ["every login is ended", "POST /logout-all", undefined],
  ])("a link dies when %s, and is not sent any more", async (_what, route, body) => {
    const ada = await signUpProven();
    await forgot({ email: ada.email });
    const token = await tokenTo(ada.email, "reset-password");
    const ended = await call(route, { bearer: ada.accessToken, ...(body ? { body } : {}) });
    expect(ended.status).toBeLessThan(300);
    expectNotGood(await reset(token));
    const [link] = await linksOf(ada.id);
    const mail = {
      id: newId(),
      purpose: "reset",
      userId: ada.id,
      address: ada.email,
      tokenId: link?.id ?? "",
    } as const;
    expect(await findRecipient({ ...mail, attempts: 1, createdAt: new Date() })).toBeNull();
    await waitedLong();
    await forgot({ email: ada.email });
    expect((await reset(await tokenTo(ada.email, "reset-password"))).status).toBe(204);
  });

  test("a disabled account can't be reset", async () => {
    const ada = await signUpProven();
    await forgot({ email: ada.email });
    const token = await tokenTo(ada.email);
    await disable(ada.id);
    expectNotGood(await reset(token));
  });

  test("bad input is bad input, known or not", async () => {
    for (const body of [{}, { email: 7 }, { email: "a@b" }, named(""), { email: "a@example.org", ...named("a") }])
      expectProblem(await forgot(body), "ValidationError");
    for (const body of ["[]", "{", '{"__proto__":{}}']) expectProblem(await forgot(body), "ValidationError");
    expectProblem(
      await call("POST /password/reset", { body: "x", headers: { "Content-Type": "text/plain" } }),
      "UnsupportedMediaType",
    );
  });
});

test("a password that was changed is told to the proven address", async () => {
  const ada = await signUpProven();
  const body = { currentPassword: password, newPassword };
  expect((await call("PUT /password", { bearer: ada.accessToken, body })).status).toBe(200);
  expect((await mailTo(ada.email)).subject).toBe("The password of your account at auth-tests was changed");
});

test("a session that ended because it guessed at the password is told to the proven address", async () => {
  const ada = await signUpProven();
  const body = { currentPassword: "a wrong password", newPassword };
  for (let time = 1; time <= 11; time += 1) await call("PUT /password", { bearer: ada.accessToken, body });
  await expectDead(ada);
  expect((await mailTo(ada.email)).subject).toBe("Somebody has guessed at the password of your account at auth-tests");
});

if (!loginIsAddress)
  describe("a username that was changed", () => {
    const rename = (bearer: string, name: string) =>
      call("PATCH /me", { bearer, body: { ...named(name), currentPassword: password } });

    test("is told to the proven address, and at most once a minute", async () => {
      const [ada, name] = [await signUpProven(), newName()];
      expect((await rename(ada.accessToken, name)).status).toBe(200);
      const told = await mailTo(ada.email);
      expect(told.subject).toBe("The username of your account at auth-tests was changed");
      expect([told.text, told.html]).toEqual([match.stringContaining(name), match.stringContaining(name)]);
      const sent = (await mailsTo(ada.email)).length;
      expect((await rename(ada.accessToken, newName())).status).toBe(200);
      expect(await mailsTo(ada.email)).toHaveLength(sent);
      await waitedLong();
      expect((await rename(ada.accessToken, newName())).status).toBe(200);
      expect(await mailsTo(ada.email)).toHaveLength(sent + 1);
    });

    test("is told to no address that nobody has proven", async () => {
      const email = newMailAddress();
      const ada = await signUp({ email });
      const sent = (await mailsTo(email)).length;
      expect((await rename(ada.accessToken, newName())).status).toBe(200);
      expect(await mailsTo(email)).toHaveLength(sent);
    });

    test("together with the address that is stored starts no change of address", async () => {
      const ada = await signUpProven();
      const body = { ...named(newName()), email: ada.email, currentPassword: password };
      expect((await call("PATCH /me", { bearer: ada.accessToken, body })).status).toBe(200);
      expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
      expect(await linksOf(ada.id)).toEqual([]);
    });
  });

describe("a change of address", () => {
  test("waits until the new address is proven, and the old one is told", async () => {
    const ada = await signUpProven();
    const next = newMailAddress();
    const { status, body } = await changeTo(ada.accessToken, next);
    expect([status, body.user.email]).toEqual([200, ada.email]);
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
    const told = await mailTo(ada.email);
    expect(told.subject).toBe("The e-mail address of your account at auth-tests is being changed");
    expect(told.text + told.html).not.toContain(next);
    expect((await verify(await tokenTo(next, "verify-email"))).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email: next, isProven: true });
    await expectDead(ada);
  });

  fieldTest("of an address that is not proven happens at once, and the new one gets a link", async () => {
    const ada = await signUp({ email: newMailAddress() });
    await waitedLong();
    const next = newMailAddress();
    expect((await changeTo(ada.accessToken, next)).body.user.email).toBe(next);
    expect((await verify(await tokenTo(next), ada.accessToken)).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email: next, isProven: true });
  });

  test("takes the current password, and one plain address", async () => {
    const ada = await signUpProven();
    const patch = (body: object) => call("PATCH /me", { bearer: ada.accessToken, body });
    expectProblem(await patch({ email: newMailAddress() }), "WrongPassword");
    for (const email of ["a@example.org\r\nBcc: b@example.org", "a@example.org,b@example.org", '"a b"@example.org'])
      expectProblem(await patch({ email, currentPassword: password }), "ValidationError", "email");
    expect((await linksOf(ada.id)).length).toBe(0);
  });

  test("ends with a change of the password, and when the old address is asked for again", async () => {
    const ada = await signUpProven();
    const next = newMailAddress();
    await changeTo(ada.accessToken, next);
    const first = await tokenTo(next);
    const other = `${password} still`;
    const change = (bearer: string, currentPassword: string, newPassword: string) =>
      call("PUT /password", { bearer, body: { currentPassword, newPassword } });
    const changed = tokensOf(await change(ada.accessToken, password, other));
    expectNotGood(await verify(first));
    const { accessToken } = tokensOf(await change(changed.accessToken, other, password));
    await waitedLong();
    await changeTo(accessToken, next);
    const second = await tokenTo(next);
    await call("PATCH /me", { bearer: accessToken, body: { email: ada.email } });
    expectNotGood(await verify(second));
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
  });

  test("a change and its proof at the same time leave one of the two, whole", async () => {
    const ada = await signUpProven();
    const [first, second] = [newMailAddress(), newMailAddress()];
    await changeTo(ada.accessToken, first);
    const token = await tokenTo(first);
    await waitedLong();
    const [proof, change] = await Promise.all([verify(token), changeTo(ada.accessToken, second)]);
    const proven = proof.status === 204;
    expect([200, 401, 403]).toContain(change.status);
    expect(await addressOf(ada.id)).toEqual({ email: proven ? first : ada.email, isProven: true });
    const left = (await linksOf(ada.id)).filter(({ purpose }) => purpose === "verify");
    if (!proven) expect(left.map(({ address }) => address)).toEqual([second]);
    expectNotGood(await verify(token));
  });

  test("is undone by the link that the old address got, also after another change, and every login ends", async () => {
    const ada = await signUpProven();
    const [second, third] = [newMailAddress(), newMailAddress()];
    await moveTo(ada, second);
    const way = await tokenTo(ada.email, "revert-email");
    await moveTo(ada, third);
    const theirs = await tokenTo(second, "revert-email");
    const thief = await logIn(ada.name);
    const pending = newMailAddress();
    await waitedLong();
    await changeTo(thief.accessToken, pending);
    await forgot({ email: third });
    const [hope, later] = [await tokenTo(pending), await tokenTo(third, "reset-password")];

    expect((await revert(way)).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
    await expectDead(thief);
    expectNotGood(await revert(way));
    expectNotGood(await revert(theirs));
    expectNotGood(await verify(hope));
    expectNotGood(await reset(later));
  });

  test("is undone by that link after the thief changed the password, too, and logged out everywhere", async () => {
    const ada = await signUpProven();
    const theirs = newMailAddress();
    await moveTo(ada, theirs);
    const way = await tokenTo(ada.email, "revert-email");
    const stolen = await logIn(ada.name);
    const body = { currentPassword: password, newPassword };
    const { accessToken } = tokensOf(await call("PUT /password", { bearer: stolen.accessToken, body }));
    expect((await call("POST /logout-all", { bearer: accessToken })).status).toBe(204);
    const thief = await logIn(ada.name, newPassword);
    await waitedLong();
    await forgot({ email: theirs });
    const later = await tokenTo(theirs, "reset-password");
    expect((await revert(way)).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
    await expectDead(thief);
    expectNotGood(await reset(later));
    await waitedLong();
    await forgot({ email: ada.email });
    expect((await reset(await tokenTo(ada.email, "reset-password"), password)).status).toBe(204);
    await logIn(loginIsAddress ? ada.email : ada.name);
  });

  test("that waits dies when every login is ended", async () => {
    const ada = await signUpProven();
    const next = newMailAddress();
    await changeTo(ada.accessToken, next);
    const token = await tokenTo(next, "verify-email");
    expect((await call("POST /logout-all", { bearer: ada.accessToken })).status).toBe(204);
    expectNotGood(await verify(token));
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
  });

  test("is undone before it is proven, too", async () => {
    const ada = await signUpProven();
    const next = newMailAddress();
    await changeTo(ada.accessToken, next);
    expect((await revert(await tokenTo(ada.email))).status).toBe(204);
    expectNotGood(await verify(await tokenTo(next)));
    await expectDead(ada);
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
  });

  fieldTest("to none tells the old address as well, and that can be undone", async () => {
    const ada = await signUpProven();
    expect((await changeTo(ada.accessToken, null)).body.user.email).toBeNull();
    expect(await addressOf(ada.id)).toEqual({ email: null, isProven: false });
    expect((await revert(await tokenTo(ada.email, "revert-email"))).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
  });
});

test("an account that is closed gets its address back by the link, and stays closed", async () => {
  const ada = await signUpProven();
  await moveTo(ada, newMailAddress());
  const link = await tokenTo(ada.email, "revert-email");
  await disable(ada.id);
  expect((await revert(link)).status).toBe(204);
  expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
  const login = await call("POST /login", { body: credentials(ada.name) });
  expectProblem(login, "InvalidLoginCredentials");
});

fieldTest("a link that puts an address back does not take it from who has proven it since", async () => {
  const former = await signUpProven();
  await changeTo(former.accessToken, newMailAddress());
  const kept = await tokenTo(former.email, "revert-email");
  await call("PATCH /me", { bearer: former.accessToken, body: { email: null, currentPassword: password } });
  await waitedLong();
  const heir = await signUp({ email: former.email });
  expect((await verify(await tokenTo(former.email, "verify-email"), heir.accessToken)).status).toBe(204);
  expectNotGood(await revert(kept));
  expect(await addressOf(heir.id)).toEqual({ email: former.email, isProven: true });
});

describe("while strangers from everywhere guess at an account, and ask for its resets,", () => {
  test("any link that was mailed lets its owner in from the network where they use it", async () => {
    const ada = await signUpProven();
    await underAttack(ada.name);
    await forgot({ email: ada.email });
    const token = await tokenTo(ada.email, "reset-password");
    await usedUp(ada.id, 9);
    const from = newAddress();
    expectProblem(await call("POST /login", { from, body: credentials(ada.name) }), "TooManyRequests");
    const done = await call("POST /password/reset", { from, body: { token, newPassword } });
    expect(done.status).toBe(204);
    const body = credentials(ada.name, newPassword);
    expectProblem(await call("POST /login", { body }), "TooManyRequests");
    expect((await call("POST /login", { body, headers: deviceOf(done) })).status).toBe(200);
    expect((await call("POST /login", { from, body })).status).toBe(200);
  });

  test("one that proves an address, or puts it back, does so too", async () => {
    const [ada, email] = [await signUpProven(), newMailAddress()];
    await moveTo(ada, newMailAddress());
    const bob = await signUp({ email });
    await underAttack(bob.name);
    await underAttack(loginIsAddress ? ada.email : ada.name);
    const home = newAddress();
    const proof = await tokenTo(email, "verify-email");
    expect((await call("POST /email/verify", { from: home, body: { token: proof, password } })).status).toBe(204);
    const back = await tokenTo(ada.email, "revert-email");
    expect((await call("POST /email/revert", { from: home, body: { token: back } })).status).toBe(204);
    for (const name of [bob.name, loginIsAddress ? ada.email : ada.name])
      expect((await call("POST /login", { from: home, body: credentials(name) })).status).toBe(200);
  });

  test("there is always a link that lives, or one can be asked for", async () => {
    const ada = await signUpProven();
    await usedUp(ada.id);
    await forgot({ email: ada.email });
    expect(await mailsTo(ada.email)).toHaveLength(1);
    await hourPasses();
    await Promise.all(Array.from({ length: 5 }, () => forgot({ email: ada.email })));
    expect(await mailsTo(ada.email)).toHaveLength(2);
    expect((await reset(await tokenTo(ada.email, "reset-password"))).status).toBe(204);
  });
});

describe("no mail bombing", () => {
  test("thirty requests for a link at once send one mail, and the others hear how long to wait", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    expect(await mailsTo(email)).toHaveLength(1);
    await waitedLong();
    const answers = await Promise.all(Array.from({ length: 30 }, () => sendAgain(ada.accessToken)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 202)) {
      expectProblem(answer, "TooManyRequests");
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(50);
    }
    expect(await mailsTo(email)).toHaveLength(2);
  });

  test("thirty requests for a reset at once send one mail, and nobody can tell", async () => {
    const ada = await signUpProven();
    const answers = await Promise.all(Array.from({ length: 30 }, () => forgot({ email: ada.email })));
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([202, {}]);
    expect(await mailsTo(ada.email)).toHaveLength(2);
  });

  test("ten requests a day by strangers do not keep the owner's own away, nor an admin's, and those have an end too", async () => {
    const ada = await signUpProven();
    const home = "3fff:9:9:9::1";
    await call("POST /login", { body: credentials(ada.name), from: home });
    const asking = async (from?: string) => {
      await forgot(named(ada.name), from);
      return (await mailsTo(ada.email)).length;
    };
    await usedUp(ada.id);
    expect(await asking()).toBe(1);
    expect(await asking("3fff:9:9:9::2")).toBe(2);
    expect(await addReset(ada.id)).toBe(true);
    ringForMail();
    expect(await mailsTo(ada.email)).toHaveLength(3);
    expect(await asking("3fff:9:9:9::3")).toBe(3);
    await minutesPass();
    for (let time = 2; time <= 10; time += 1) {
      expect(await asking(home)).toBe(2 + time);
      await minutesPass();
    }
    expect(await asking(home)).toBe(12);
  });

  test("one address is not bombed through many accounts, nor many addresses from one network", async () => {
    const email = newMailAddress();
    const body = () => ({ ...credentials(newName()), email });
    for (let time = 1; time <= 3; time += 1) await call("POST /signup", { body: body() });
    expect(await mailsTo(email)).toHaveLength(1);
    const from = "3fff:8:8:8::1";
    const asked = () => events.filter(({ client }) => client?.ip === from).length;
    await Promise.all(Array.from({ length: 40 }, () => forgot(named(newName()), from)));
    expect(asked()).toBeGreaterThan(19);
    expect(asked()).toBeLessThan(24);
  });

  test("many who sign up at once behind one address all get their link", async () => {
    const from = "3fff:7:7:7::1";
    const emails = Array.from({ length: 10 }, newMailAddress);
    const signUpFrom = (email: string) => call("POST /signup", { body: { ...credentials(newName()), email }, from });
    await Promise.all(emails.map(signUpFrom));
    for (const email of emails) expect(await mailsTo(email)).toHaveLength(1);
  });

  test("a change of address is refused over the limit, and nothing changes", async () => {
    const ada = await signUpProven();
    await changeTo(ada.accessToken, newMailAddress());
    const next = newMailAddress();
    expectProblem(await changeTo(ada.accessToken, next), "TooManyRequests");
    expect(await mailsTo(next)).toEqual([]);
  });
});

test("nothing that is stored yields a link", async () => {
  const ada = await signUpProven();
  const next = newMailAddress();
  await forgot({ email: ada.email });
  await changeTo(ada.accessToken, next);
  const tokens = [...(await mailsTo(ada.email)), ...(await mailsTo(next))].slice(-3).map((mail) => tokenIn(mail));
  const stored = await dumpDatabase();
  for (const token of tokens) expect(stored).not.toContain(token);
  for (const { reason } of events) for (const token of tokens) expect(reason ?? "").not.toContain(token);
  expect((await linksOf(ada.id)).length).toBe(3);
});

test("a deleted account leaves no mail and no link behind", async () => {
  const ada = await signUpProven();
  await forgot({ email: ada.email });
  const token = await tokenTo(ada.email);
  await call("DELETE /me", { bearer: ada.accessToken, body: { password } });
  expectNotGood(await reset(token));
});

const shop = express();
shop.post("/orders", requireVerifiedEmail, (req, res) => void res.json(req.auth));

/** Strangers have asked for all the resets of a day, or for so many. */
async function usedUp(userId: string, times = 10): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    await minutesPass();
    expect(await write((tx) => mayReset(tx, userId, null))).toBe(true);
  }
  await minutesPass();
}
