import "./environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPasskeyConfig } from "../../../src/auth/passkeys/config.js";
import { read } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { passkeys } from "../../../src/db/schema/auth-passkeys.js";
import { call, credentials, events, expectProblem, named, newName, signUp, startAuth, stopAuth } from "../client.js";
import { loginShape, userOf } from "../shapes.js";
import { type Changes, created, flag, newPasskey } from "./authenticator.js";
import { type CreationOptions, expectRefusal, logInWith } from "./people.js";

// Accounts with a passkey and no password.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("a signup with a passkey", () => {
  test("makes an account that nobody can log in to with a password, and its passkey can", async () => {
    const { answer, key, name } = await signUpWithPasskey({ displayName: "Ada" });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual(loginShape({ displayName: "Ada" }));
    const { id } = userOf(answer);
    const bearer = answer.body.accessToken;
    expect((await call("GET /orders", { mount: "", bearer })).body.amr).toEqual(["pop", "user", "mfa"]);
    expect(events).toContainEqual(expect.objectContaining({ event: "user_created", userId: id }));
    expect((await logInWith(key)).body.user.id).toBe(id);
    expectProblem(await call("POST /login", { body: credentials(name) }), "InvalidLoginCredentials");
    expectProblem(await call("POST /login", { body: credentials(name, "") }), "ValidationError");
    const [row] = await read((db) => db.select().from(passkeys).where(eq(passkeys.userId, id)));
    expect(row).toMatchObject({ name: "Passkey", rpId: "shop.example" });
  });

  test("keeps its last way in (W13)", async () => {
    const { answer } = await signUpWithPasskey();
    const bearer = answer.body.accessToken;
    const { body } = await call<{ passkeys: { id: string }[] }>("GET /passkeys", { bearer });
    expectRefusal(await call(`DELETE /passkeys/${body.passkeys[0]?.id}`, { bearer }), "LastWayIn", 409);
  });

  test("whose name is taken, or whose passkey has an owner, leaves neither account nor passkey (W11)", async () => {
    const ada = await signUp();
    expectProblem((await signUpWithPasskey({ ...named(ada.name) })).answer, "UsernameNotAvailable");
    const { key } = await signUpWithPasskey();
    const name = newName();
    const again = await signUpWithPasskey({ ...named(name) }, {}, key);
    expectRefusal(again.answer, "PasskeyTaken", 409);
    expect((await call("POST /signup", { body: credentials(name) })).status).toBe(201);
  });

  test("of one name that many want at once is that of one", async () => {
    const name = named(newName());
    const tries = await Promise.all(Array.from({ length: 10 }, () => signUpWithPasskey(name)));
    expect(tries.map(({ answer }) => answer.status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    const known = await Promise.all(tries.map(({ key }) => logInWith(key)));
    expect(known.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("is refused without user verification, for another name than that of its options, and twice (W1, W4)", async () => {
    expectRefusal((await signUpWithPasskey({}, { flags: flag.present })).answer, "InvalidPasskey");
    const body = named(newName());
    const { publicKey } = (await call<CreationOptions>("POST /passkeys/signup/options", { body })).body;
    const passkey = created(publicKey, newPasskey(publicKey.user.id));
    expectRefusal(
      await call("POST /passkeys/signup", { body: { ...named(newName()), passkey } }),
      "PasskeyChallengeOver",
    );
    expectRefusal(await call("POST /passkeys/signup", { body: { ...body, passkey } }), "PasskeyChallengeOver");
  });

  test("says nothing of who there is, in its options (W14)", async () => {
    const ada = await signUp();
    const [taken, free] = await Promise.all(
      [ada.name, newName()].map((name) =>
        call<CreationOptions>("POST /passkeys/signup/options", { body: named(name) }),
      ),
    );
    expect(taken?.status).toBe(200);
    expect(Object.keys(taken?.body.publicKey ?? {})).toEqual(Object.keys(free?.body.publicKey ?? {}));
    expect(taken?.body.publicKey.excludeCredentials).toEqual([]);
  });

  test("takes no role, no id and no password from the body", async () => {
    const { answer } = await signUpWithPasskey({ role: "admin", id: "mine", password: "nine blue herons wade" });
    const { id } = userOf(answer);
    expect(id).not.toBe("mine");
    const [row] = await read((db) => db.select().from(users).where(eq(users.id, id)));
    expect(row?.role).toBe("user");
  });
});

describe("the settings", () => {
  const shop = { NODE_ENV: "production", WEBAUTHN_RP_ID: "shop.example", WEBAUTHN_ORIGINS: "https://shop.example" };

  test("need both in production, and are those of this machine elsewhere (W5)", () => {
    expect(readPasskeyConfig({})).toEqual({ rpId: "localhost", origins: ["http://localhost:3000"], signUp: false });
    expect(readPasskeyConfig(shop)).toEqual({ rpId: "shop.example", origins: ["https://shop.example"], signUp: false });
    expect(() => readPasskeyConfig({ NODE_ENV: "production" })).toThrow("WEBAUTHN_RP_ID is missing");
    expect(() => readPasskeyConfig({ WEBAUTHN_RP_ID: "shop.example" })).toThrow("WEBAUTHN_ORIGINS is missing");
    expect(() => readPasskeyConfig({ WEBAUTHN_ORIGINS: "https://shop.example" })).toThrow("WEBAUTHN_RP_ID is missing");
  });

  test("let signups do without a password only where that is switched on", () => {
    expect(readPasskeyConfig({ ...shop, PASSKEY_SIGNUP: "on" }).signUp).toBe(true);
    expect(() => readPasskeyConfig({ ...shop, PASSKEY_SIGNUP: "yes" })).toThrow("PASSKEY_SIGNUP must be one of");
  });

  test.each([
    "Shop.example",
    "https://shop.example",
    "shop.example:443",
    "127.0.0.1",
    "[::1]",
    "shop",
    "shop..example",
    "-shop.example",
    "shop.example.",
  ])("refuse %s for a domain (W5)", (rpId) => {
    expect(() => readPasskeyConfig({ ...shop, WEBAUTHN_RP_ID: rpId })).toThrow("WEBAUTHN_RP_ID must be a domain");
  });

  test.each([
    "https://shop.example/",
    "https://shop.example/login",
    "HTTPS://shop.example",
    "https://shop.example:443",
    "http://shop.example",
    "https://*.shop.example",
    "https://evil.example",
    "https://evilshop.example",
    "https://shop.example.evil.example",
    "https://shop.example,https://evil.example",
    "https://shop.example,",
    "null",
  ])("refuse %s for origins of the domain (W5, W6)", (origins) => {
    expect(() => readPasskeyConfig({ ...shop, WEBAUTHN_ORIGINS: origins })).toThrow("WEBAUTHN_ORIGINS must be origins");
  });

  test("take pages below the domain, on any port, and http on this machine (W5)", () => {
    const origins = ["https://shop.example", "https://login.shop.example", "https://a.b.shop.example:8443"];
    expect(readPasskeyConfig({ ...shop, WEBAUTHN_ORIGINS: origins.join(" , ") }).origins).toEqual(origins);
    const here = { WEBAUTHN_RP_ID: "localhost", WEBAUTHN_ORIGINS: "http://localhost:5173" };
    expect(readPasskeyConfig(here).origins).toEqual(["http://localhost:5173"]);
  });
});

async function signUpWithPasskey(extra: Record<string, unknown> = {}, changes: Changes = {}, key = newPasskey("")) {
  const name = newName();
  const body = { ...named(name), ...extra };
  const { publicKey } = (await call<CreationOptions>("POST /passkeys/signup/options", { body })).body;
  const owned = { ...key, userHandle: publicKey.user.id };
  const passkey = created(publicKey, owned, changes);
  return { answer: await call("POST /passkeys/signup", { body: { ...body, passkey } }), key: owned, name };
}
