import "../email/environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mailPasswordReset } from "../../../src/auth/admin/mail-password-reset.js";
import { passwordResets } from "../../../src/auth/admin/password-resets.js";
import { disableUser, enableUser, endUsersSessions } from "../../../src/auth/admin/store.js";
import { AuthError } from "../../../src/auth/errors.js";
import { loginIsAddress } from "../../../src/auth/login-name.js";
import { noPassword } from "../../../src/auth/passwords.js";
import { findCredentials } from "../../../src/auth/store.js";
import { write } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { logIn, signUp } from "../client.js";
import { addressOf, newMailAddress, signUpProven, startMailAuth, stopMailAuth, tokenTo } from "../email/inbox.js";
import { expectNotGood, moveTo, newPassword, reset, revert } from "../email/links.js";

beforeAll(startMailAuth, 60_000);
afterAll(stopMailAuth, 60_000);

test("admins send resets by mail", () => {
  expect(passwordResets).toContain(mailPasswordReset);
});

describe("a reset that somebody else asks for", () => {
  test("dies when an admin disables the account, also once it is enabled, and when one ends its logins", async () => {
    for (const acts of [[disableUser, enableUser], [endUsersSessions]]) {
      const ada = await signUpProven();
      await mailPasswordReset(ada.id, { ip: null, userAgent: null });
      const token = await tokenTo(ada.email, "reset-password");
      for (const act of acts) await act(null, ada.id);
      expectNotGood(await reset(token));
    }
  });

  test("is out of the way of the link that puts an address back: that outlives the disabling", async () => {
    const ada = await signUpProven();
    await moveTo(ada, newMailAddress());
    const way = await tokenTo(ada.email, "revert-email");
    await disableUser(null, ada.id);
    await enableUser(null, ada.id);
    expect((await revert(way)).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email: ada.email, isProven: true });
  });

  test("goes to a proven address, and to one that nobody has proven where people log in with it", async () => {
    const [ada, bob] = [await signUpProven(), await signUp({ email: newMailAddress() })];
    const client = { ip: null, userAgent: null };
    expect(await mailPasswordReset(bob.id, client)).toBe(loginIsAddress);
    expect(await mailPasswordReset(ada.id, client)).toBe(true);
    await expect(mailPasswordReset(ada.id, client)).rejects.toThrow(AuthError);
    expect((await reset(await tokenTo(ada.email, "reset-password"))).status).toBe(204);
  });

  test("invites who has no password yet: the link proves the address, and dies when a password comes another way", async () => {
    const email = newMailAddress();
    const others = loginIsAddress ? newMailAddress() : email;
    const squatter = await signUp({ email: others });
    const ada = await signUp({ email });
    const hers = await findCredentials({ id: ada.id });
    await write((db) => db.update(users).set(noPassword).where(eq(users.id, ada.id)));
    await mailPasswordReset(ada.id, { ip: null, userAgent: null });
    const token = await tokenTo(email, "reset-password");
    await write((db) =>
      db
        .update(users)
        .set({ passwordHash: hers?.passwordHash ?? "" })
        .where(eq(users.id, ada.id)),
    );
    // An address that people log in with is good for every password of its account.
    if (!loginIsAddress) expectNotGood(await reset(token));
    await write((db) => db.update(users).set(noPassword).where(eq(users.id, ada.id)));
    expect((await reset(token)).status).toBe(204);
    expect(await addressOf(ada.id)).toEqual({ email, isProven: true });
    expect(await addressOf(squatter.id)).toEqual({ email: loginIsAddress ? others : null, isProven: false });
    await logIn(ada.name, newPassword);
  });
});
