import "../test-environment.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkLogin, openSession, provePassword } from "../../../src/auth/accounts.js";
import { insertBinding } from "../../../src/auth/dpop/bindings.js";
import { loginName } from "../../../src/auth/login-name.js";
import { newTokens } from "../../../src/auth/sessions.js";
import { isSessionLive } from "../../../src/auth/store.js";
import { call, credentials, newName, password, sessionOf, startAuth, stopAuth } from "../client.js";
import { tokensOf } from "../shapes.js";
import { newProver, type Prover, sendProof } from "./prover.js";

// A session that takes the place of another one, as a step-up does: also where it starts in a later request than was asked.

const client = { ip: null, userAgent: null };

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("a session that takes a bound one's place", () => {
  test.each([
    ["without a proof", null],
    ["with another key's", newProver()],
  ])("%s is none (D2)", async (_with, other) => {
    const { name, sessionId } = await boundLogin(newProver());
    const session = newSession(sessionId, other);
    await expect(replace(name, session)).rejects.toMatchObject({ code: "InvalidDpopProofForTokens" });
    expect(await isSessionLive(session.row.id)).toBe(false);
  });

  test("is one with a proof of the same key; and whoever was bound to none may go on so", async () => {
    const prover = newProver();
    const { name, sessionId } = await boundLogin(prover);
    const session = newSession(sessionId, prover);
    await replace(name, session);
    expect(await isSessionLive(session.row.id)).toBe(true);
    const unbound = tokensOf(await call("POST /login", { body: credentials(name) }));
    const next = newSession(sessionOf(unbound.accessToken), null);
    await replace(name, next);
    expect(await isSessionLive(next.row.id)).toBe(true);
  });
});

async function boundLogin(prover: Prover): Promise<{ name: string; sessionId: string }> {
  const name = newName();
  const signedUp = await sendProof("POST /signup", prover, credentials(name));
  return { name, sessionId: sessionOf(signedUp.body.accessToken) };
}

/** A session in the place of `replaced`, bound to the key of `prover` where there is one. */
function newSession(replaced: string, prover: Prover | null) {
  const tokens = newTokens(client);
  const bind = (key: Prover) => ({
    before: (tx: Parameters<typeof insertBinding>[0]) => insertBinding(tx, tokens.row.id, key.thumbprint),
  });
  return { ...tokens, replaces: [replaced], ...(prover && bind(prover)) };
}

async function replace(name: string, session: ReturnType<typeof newSession>): Promise<void> {
  const login = await provePassword({ [loginName]: name, password }, client);
  await openSession(await checkLogin(login, client), session, client);
}
