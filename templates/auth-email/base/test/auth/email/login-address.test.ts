import "./environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proofEffects } from "../../../src/auth/email/proof-effects.js";
import { canonicalLoginName, loginIsAddress } from "../../../src/auth/login-name.js";
import { asciiAddress, canonicalAddress, isMailAddress } from "../../../src/auth/values/address.js";
import { read, write } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { call, credentials, events, expectDead, expectProblem, logIn, password, signUp } from "../client.js";
import { userOf } from "../shapes.js";
import {
  addressOf,
  mailsTo,
  newMailAddress,
  signUpProven,
  startMailAuth,
  stopMailAuth,
  tokenTo,
  waitedLong,
} from "./inbox.js";
import {
  changeTo,
  expectNotGood,
  forgot,
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

describe("the form of an address that is compared", () => {
  test("is ASCII, is its own form, has the labels that were typed, and mail can go to it: for every letter there is", () => {
    const typed = Array.from({ length: 0x30000 }, (_, code) => String.fromCodePoint(code))
      .filter((letter) => !/[.\p{Cs}\p{Cn}]/u.test(letter))
      .map((letter) => `Ada@x${letter}z.example.org`);
    const taken = typed.filter((address) => asciiAddress(address) !== null);
    expect(taken.length).toBeGreaterThan(20_000);
    for (const address of taken) {
      const canonical = canonicalAddress(address);
      const isForm =
        isMailAddress(canonical) &&
        canonicalAddress(canonical) === canonical &&
        /^ada@[a-z0-9-]+\.example\.org$/.test(canonical);
      expect({ address, canonical, isForm }).toEqual({ address, canonical, isForm: true });
    }
  }, 60_000);

  test("is the same for an international domain and its ASCII form, whatever the case", () => {
    for (const address of [
      "ada@bücher.example",
      "ADA@BÜCHER.example",
      "ada@XN--BCHER-KVA.example",
      "ada@bu\u0308cher.EXAMPLE",
    ])
      expect(canonicalAddress(address)).toBe("ada@xn--bcher-kva.example");
  });
});

if (loginIsAddress)
  describe("an address that people log in with", () => {
    test("squatted by a stranger is its owner's with the next reset, which leaves nothing of the stranger's", async () => {
      const email = newMailAddress();
      const squatter = await signUp({ email });
      const second = await logIn(email);
      expectProblem(await call("POST /signup", { body: credentials(email) }), "UsernameNotAvailable");
      const elsewhere = newMailAddress();
      await waitedLong();
      await changeTo(squatter.accessToken, elsewhere);
      const wayOut = await tokenTo(elsewhere);
      const proofs: unknown[] = [];
      proofEffects.push((_tx, proof) => Promise.resolve(void proofs.push(proof)));

      await forgot({ email });
      expect((await reset(await tokenTo(email, "reset-password"))).status).toBe(204);
      proofEffects.pop();
      expect(proofs).toEqual([{ userId: squatter.id, hadProvenAddress: false }]);
      await expectDead(squatter);
      await expectDead(second);
      expectNotGood(await verify(wayOut));
      expectProblem(await call("POST /login", { body: credentials(email) }), "InvalidLoginCredentials");
      await logIn(email, newPassword);
      expect(await addressOf(squatter.id)).toEqual({ email, isProven: true });
    });

    test("squatted by a stranger is its owner's with the first link, whatever the stranger has begun meanwhile", async () => {
      const email = newMailAddress();
      const squatter = await signUp({ email });
      const first = await tokenTo(email, "verify-email");
      const elsewhere = newMailAddress();
      await waitedLong();
      await changeTo(squatter.accessToken, elsewhere);
      const wayOut = await tokenTo(elsewhere);
      expect((await call("POST /logout-all", { bearer: squatter.accessToken })).status).toBe(204);
      const late = await logIn(email);
      expect((await reset(await proveAsStranger(first))).status).toBe(204);
      await expectDead(late);
      expectNotGood(await verify(wayOut));
      await logIn(email, newPassword);
    });

    test("that its squatter moves away from is free, and the link that went to it is dead", async () => {
      const email = newMailAddress();
      const squatter = await signUp({ email });
      await forgot({ email });
      const late = await tokenTo(email, "reset-password");
      await moveTo(squatter, newMailAddress());
      expectNotGood(await reset(late));
      const owner = await signUp({ email });
      expect((await verify(await tokenTo(email, "verify-email"), owner.accessToken)).status).toBe(204);
      expect(await addressOf(owner.id)).toEqual({ email, isProven: true });
    });

    test("stays until the new one is proven, also where nobody has proven it, and takes the password", async () => {
      for (const person of [await signUp({ email: newMailAddress() }), await signUpProven()]) {
        await waitedLong();
        const [old, next] = [person.name, newMailAddress()];
        const patch = (body: object) => call("PATCH /me", { bearer: person.accessToken, body });
        expectProblem(await patch({ email: next }), "WrongPassword");
        const { status, body } = await changeTo(person.accessToken, next);
        expect([status, body.user.email]).toEqual([200, old]);
        expectProblem(await call("POST /login", { body: credentials(next) }), "InvalidLoginCredentials");
        await logIn(old);
        expect((await verify(await tokenTo(next, "verify-email"), person.accessToken)).status).toBe(204);
        await logIn(next);
        expectProblem(await call("POST /login", { body: credentials(old) }), "InvalidLoginCredentials");
        const [row] = await read((db) => db.select().from(users).where(eq(users.id, person.id)));
        expect(row).toMatchObject({ username: next, usernameCanonical: next, email: next });
      }
    });

    test("of another account is refused at once, and by the proof where that account came later", async () => {
      const [ada, bob] = [await signUpProven(), await signUpProven()];
      expectProblem(await changeTo(ada.accessToken, bob.email.toUpperCase()), "UsernameNotAvailable");
      const next = newMailAddress();
      await changeTo(ada.accessToken, next);
      const token = await tokenTo(next);
      const heir = await signUp({ email: next });
      expectNotGood(await verify(token));
      expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
      expect(await addressOf(heir.id)).toEqual({ email: next, isProven: false });
      await logIn(ada.email);
    });

    test("can't be moved off an account by the link of a stranger's, nor taken away", async () => {
      const ada = await signUpProven();
      expectProblem(await changeTo(ada.accessToken, null), "ValidationError", "email");
      expectProblem(await call("PATCH /me", { bearer: ada.accessToken, body: {} }), "ValidationError");
    });

    test("that a thief has moved away from is kept for its owner, as long as the link lives that puts it back", async () => {
      const ada = await signUpProven();
      await moveTo(ada, newMailAddress());
      const way = await tokenTo(ada.email, "revert-email");
      await waitedLong();
      for (const email of [ada.email, ada.email.toUpperCase()])
        expectProblem(await call("POST /signup", { body: credentials(email) }), "UsernameNotAvailable");
      expect((await revert(way)).status).toBe(204);
      await logIn(ada.email);
    });

    test("is one with its other spellings: a reset for one of them goes to the address that signed up", async () => {
      const word = newMailAddress().split("@")[0];
      const typed = `${word}@Bücher.example`;
      const ascii = `${word}@xn--bcher-kva.example`;
      const ada = await signUp({ email: typed });
      expect(ada.name).toBe(typed);
      for (const twin of [ascii, ascii.toUpperCase(), `${word}@BU\u0308CHER.example`]) {
        expect(canonicalLoginName(twin)).toBe(canonicalLoginName(typed));
        expectProblem(await call("POST /signup", { body: credentials(twin) }), "UsernameNotAvailable");
        await logIn(twin);
      }
      expect(await mailsTo(ascii)).toHaveLength(1);
      await forgot({ email: `${word}@BÜCHER.example` });
      expect((await reset(await tokenTo(ascii, "reset-password"))).status).toBe(204);
      await logIn(typed, newPassword);
      expect(userOf(await call("POST /login", { body: credentials(ascii, newPassword) })).name).toBe(typed);
    });

    test("gets no more reset mails because its squatter signs up again and again, or logs in from many networks", async () => {
      const email = newMailAddress();
      const resets = async () => (await mailsTo(email)).filter(({ text }) => text.includes("/reset-password#")).length;
      for (let time = 1; time <= 3; time += 1) {
        const { accessToken } = await signUp({ email });
        await forgot({ email });
        expect(await resets()).toBe(1);
        expect((await call("DELETE /me", { bearer: accessToken, body: { password } })).status).toBe(204);
      }
      await signUp({ email });
      const home = "3fff:5:5:5::1";
      await call("POST /login", { body: credentials(email), from: home });
      await forgot({ email }, home);
      expect(await resets()).toBe(1);
    });

    test("gets no more reset mails from the networks of a squatter who is out", async () => {
      const email = newMailAddress();
      await signUp({ email });
      const squatters = "3fff:6:6:6::1";
      await call("POST /login", { body: credentials(email), from: squatters });
      await forgot({ email });
      expect((await reset(await tokenTo(email, "reset-password"))).status).toBe(204);
      await waitedLong();
      await forgot({ email });
      const before = await mailsTo(email);
      await forgot({ email }, squatters);
      expect(await mailsTo(email)).toHaveLength(before.length);
    });

    test("is shown as its owner typed it, also after a link has put it back", async () => {
      const typed = `${newMailAddress().split("@")[0]}@Bücher.example`;
      const ascii = `${typed.split("@")[0]}@xn--bcher-kva.example`;
      const ada = await signUp({ email: typed });
      expect((await verify(await tokenTo(ascii, "verify-email"), ada.accessToken)).status).toBe(204);
      await moveTo(ada, newMailAddress());
      expect((await revert(await tokenTo(ascii, "revert-email"))).status).toBe(204);
      const { body } = await call("POST /login", { body: credentials(ascii) });
      expect(body.user.email).toBe(typed);
    });

    test("is free where the account is gone, whatever links of it a process that ended has left", async () => {
      const ada = await signUpProven();
      await moveTo(ada, newMailAddress());
      await write((db) => db.delete(users).where(eq(users.id, ada.id)));
      await signUp({ email: ada.email });
    });

    test("tells nothing through its reset, and a name that is none is bad input", async () => {
      const ada = await signUp({ email: newMailAddress() });
      const answers = [await forgot({ email: ada.name }), await forgot({ email: newMailAddress() })];
      const seen = answers.map(({ status, headers, text }) => ({
        status,
        headers: { ...headers, date: undefined },
        text,
      }));
      expect(seen[0]).toEqual(seen[1]);
      for (const body of [{}, { username: "ada" }, { email: "ada" }, { email: null }])
        expectProblem(await forgot(body), "ValidationError");
    });

    test("of many who sign up with it, and many who prove it for an account of theirs, at once one has it", async () => {
      const email = newMailAddress();
      const tokens: string[] = [];
      for (let mover = 1; mover <= 6; mover += 1) {
        await changeTo((await signUpProven()).accessToken, email);
        tokens.push(await tokenTo(email, "verify-email"));
      }
      const signUps = Array.from({ length: 20 }, () => call("POST /signup", { body: credentials(email) }));
      // Spread over the time in which the signups hash their passwords, so that either may be first.
      const proofs = tokens.map(async (token, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 20));
        return verify(token);
      });
      const [made, proven] = await Promise.all([Promise.all(signUps), Promise.all(proofs)]);
      const won = [...made, ...proven].filter(({ status }) => status === 201 || status === 204);
      expect(won).toHaveLength(1);
      for (const answer of made) if (answer.status !== 201) expectProblem(answer, "UsernameNotAvailable");
      for (const answer of proven) if (answer.status !== 204) expectNotGood(answer);
      const found = await read((db) => db.select().from(users).where(eq(users.usernameCanonical, email)));
      expect(found.map((user) => user.email)).toEqual([email]);
    }, 60_000);

    test("is what events say nothing of", async () => {
      const email = newMailAddress();
      await signUp({ email });
      await call("POST /login", { body: credentials(email, "a wrong password") });
      expect(JSON.stringify(events.filter(({ event }) => event !== "mail_sent"))).not.toContain(email);
      const { accessToken } = await signUp({ email: newMailAddress() });
      await waitedLong();
      expect((await sendAgain(accessToken)).status).toBe(202);
      expect((await call("DELETE /me", { bearer: accessToken, body: { password } })).status).toBe(204);
    });
  });
