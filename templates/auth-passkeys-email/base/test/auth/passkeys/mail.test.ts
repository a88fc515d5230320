import "../email/environment.js";
import "./environment.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventSinks } from "../../../src/auth/events.js";
import { loginIsAddress } from "../../../src/auth/login-name.js";
import { mailPasskeyChange } from "../../../src/auth/passkeys/notice.js";
import { call, logIn, named, newName, signUp } from "../client.js";
import {
  addressOf,
  mailsTo,
  newMailAddress,
  signUpProven,
  startMailAuth,
  stopMailAuth,
  tokenTo,
} from "../email/inbox.js";
import { forgot, reset } from "../email/links.js";
import { userOf } from "../shapes.js";
import { created, newPasskey } from "./authenticator.js";
import { type CreationOptions, expectRefusal, logInWith, register } from "./people.js";

// What mail has to do with passkeys.
beforeAll(async () => {
  await startMailAuth();
  // `startMailAuth` leaves no other sink.
  eventSinks.push(mailPasskeyChange);
}, 60_000);
afterAll(stopMailAuth, 60_000);

const newPassword = "ten grey geese waddle";

describe("a passkey that is added or removed", () => {
  test("is told to the proven address of its owner (W12)", async () => {
    const ada = await signUpProven();
    const { answer, key } = await register(ada.accessToken);
    expect(await subjectsTo(ada.email)).toContain("A passkey was added to your account at auth-tests");
    const bearer = (await logInWith(key)).body.accessToken;
    expect((await call(`DELETE /passkeys/${answer.body.passkey.id}`, { bearer })).status).toBe(204);
    expect(await subjectsTo(ada.email)).toContain("A passkey was removed from your account at auth-tests");
  });

  test("is told to nobody whose address is not proven", async () => {
    const email = newMailAddress();
    const eve = await signUp({ email });
    expect((await register(eve.accessToken)).answer.status).toBe(201);
    expect(await subjectsTo(email)).not.toContain("A passkey was added to your account at auth-tests");
  });
});

describe("the first proof of an address", () => {
  test("takes the passkeys away of whoever signed up with it, and was not there to prove it", async () => {
    const email = newMailAddress();
    const eve = await signUp({ email });
    const { key } = await register(eve.accessToken);
    expect((await call("POST /email/verify", { body: { token: await tokenTo(email) } })).status).toBe(200);
    expectRefusal(await logInWith(key), "UnknownPasskey");
  });

  test("leaves them where it comes with a session of theirs", async () => {
    const email = newMailAddress();
    const ada = await signUp({ email });
    const { key } = await register(ada.accessToken);
    const body = { token: await tokenTo(email) };
    expect((await call("POST /email/verify", { bearer: ada.accessToken, body })).status).toBe(204);
    expect((await logInWith(key)).status).toBe(200);
  });
});

describe("an account without a password", () => {
  test("gets one by a mailed link, and keeps its passkey; the passkey may go then (W13)", async () => {
    const email = newMailAddress();
    const name = loginIsAddress ? email : newName();
    const body = { ...named(name), email };
    const { publicKey } = (await call<CreationOptions>("POST /passkeys/signup/options", { body })).body;
    const key = newPasskey(publicKey.user.id);
    const signedUp = await call("POST /passkeys/signup", { body: { ...body, passkey: created(publicKey, key) } });
    expect(signedUp.status).toBe(201);
    const proof = { bearer: signedUp.body.accessToken, body: { token: await tokenTo(email) } };
    expect((await call("POST /email/verify", proof)).status).toBe(204);
    expect(await addressOf(userOf(signedUp).id)).toEqual({ email, isProven: true });

    await forgot({ email });
    expect((await reset(await tokenTo(email, "reset-password"), newPassword)).status).toBe(204);
    await logIn(name, newPassword);
    const bearer = (await logInWith(key)).body.accessToken;
    const { passkeys } = (await call<{ passkeys: { id: string }[] }>("GET /passkeys", { bearer })).body;
    expect((await call(`DELETE /passkeys/${passkeys[0]?.id}`, { bearer })).status).toBe(204);
    await logIn(name, newPassword);
  });
});

async function subjectsTo(email: string): Promise<string[]> {
  return (await mailsTo(email)).map(({ subject }) => subject);
}
