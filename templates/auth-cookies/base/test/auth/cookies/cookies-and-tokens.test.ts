import "./environment.js";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../../src/auth/errors.js";
import { revokeEveryone } from "../../../src/auth/store.js";
import { now, write } from "../../../src/db/client.js";
import { sessions } from "../../../src/db/schema/auth.js";
import { call, expectProblem, logIn, password, sessionOf, signUp, startAuth, stopAuth } from "../client.js";
import { duringOutage } from "../database.js";
import { type Answer, authShape, tokensOf } from "../shapes.js";
import { browserOf, fromPage, logInWithBrowser, type PageBody, signUpInBrowser } from "./browser.js";

// What a session promises, whether its client holds a bearer token or a cookie.
beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

interface Client {
  id: string;
  name: string;
  sessionId: string;
  headers: Record<string, string>;
}

interface Kind {
  name: string;
  signUp(): Promise<Client>;
  /** The same person on another device. */
  logIn(client: Client): Promise<Client>;
  /** The session that a change of the password has started. */
  taken(answer: Answer, client: Client): Client;
  endedCode: ErrorCode;
}

const bearer: Kind = {
  name: "by a bearer token",
  signUp: async () => withToken(await signUp()),
  logIn: async ({ id, name }) => withToken({ id, name, ...(await logIn(name)) }),
  taken: (answer, { id, name }) => withToken({ id, name, accessToken: tokensOf(answer).accessToken }),
  endedCode: "InvalidAccessToken",
};

const cookie: Kind = {
  name: "by a cookie",
  signUp: signUpInBrowser,
  logIn: ({ name }) => logInWithBrowser(name),
  taken: browserOf,
  endedCode: "NotAuthenticated",
};

const newPassword = "ten grey geese waddle";

for (const kind of [bearer, cookie]) {
  const as = ({ headers }: Client, route: string, body?: object) =>
    call<PageBody>(route, body === undefined ? { headers } : { headers, body });
  const open = ({ headers }: Client) => call("GET /orders", { mount: "", headers });
  const expectOpen = async (client: Client) => {
    const { status, body } = await open(client);
    expect([status, body.userId, body.sessionId]).toEqual([200, client.id, client.sessionId]);
  };
  const expectEnded = async (client: Client) => expectProblem(await open(client), kind.endedCode);

  const logInByEach = async (client: Client): Promise<[ErrorCode, Client][]> => {
    const others = [bearer, cookie].map(async (other): Promise<[ErrorCode, Client]> => {
      return [other.endedCode, await other.logIn(client)];
    });
    const loggedIn = await Promise.all(others);
    for (const [, other] of loggedIn) expect((await open(other)).status).toBe(200);
    return loggedIn;
  };

  describe(`a session ${kind.name}`, () => {
    test("opens what is protected, and req.auth says whose it is and how long", async () => {
      const ada = await kind.signUp();
      const { body } = await open(ada);
      const { userId, sessionId, tokenId, expiresAt, authTime, amr } = body;
      expect(Object.keys(body).sort()).toEqual(Object.keys(authShape()).sort());
      expect([userId, sessionId, typeof tokenId]).toEqual([ada.id, ada.sessionId, "string"]);
      expect(Number.isSafeInteger(expiresAt) && expiresAt > Date.now() / 1000).toBe(true);
      expect(amr).toEqual(["pwd"]);
      const { createdAt } = (await as(ada, "GET /session")).body.session;
      expect(authTime).toBe(Math.floor(Date.parse(createdAt) / 1000));
    });

    test("reads and changes the profile, and is told live by /validate", async () => {
      const ada = await kind.signUp();
      expect((await as(ada, "PATCH /me", { displayName: "Ada" })).status).toBe(200);
      expect((await as(ada, "GET /me")).body.user.displayName).toBe("Ada");
      expect((await as(ada, "POST /validate")).status).toBe(204);
    });

    test("is shown by GET /session", async () => {
      const ada = await kind.signUp();
      const { body } = await as(ada, "GET /session");
      expect([body.user.id, body.session.id]).toEqual([ada.id, ada.sessionId]);
    });

    test("is ended by DELETE /session, and no other is", async () => {
      const ada = await kind.signUp();
      const elsewhere = await kind.logIn(ada);
      expect((await as(ada, "DELETE /session")).status).toBe(204);
      await expectEnded(ada);
      await expectOpen(elsewhere);
    });

    test("stands in the list of sessions, marked as the current one, and another can be ended from there", async () => {
      const ada = await kind.signUp();
      const elsewhere = await kind.logIn(ada);
      const { body } = await as(ada, "GET /sessions");
      const listed = body.sessions.map((session) => [session.id, session.current]);
      expect(listed).toEqual([
        [elsewhere.sessionId, false],
        [ada.sessionId, true],
      ]);
      expect((await as(ada, `DELETE /sessions/${elsewhere.sessionId}`)).status).toBe(204);
      await expectEnded(elsewhere);
      await expectOpen(ada);
    });

    test("of another user is 404, and lives on", async () => {
      const [ada, bob] = [await kind.signUp(), await kind.signUp()];
      expectProblem(await as(ada, `DELETE /sessions/${bob.sessionId}`), "NotFound");
      await expectOpen(bob);
    });

    test("is ended by /logout-all from anywhere, with sessions of the other kind", async () => {
      const ada = await kind.signUp();
      const others = await logInByEach(ada);
      await expectOpen(ada);
      expect((await as(ada, "POST /logout-all")).status).toBe(204);
      await expectEnded(ada);
      for (const [code, client] of others) expectProblem(await open(client), code);
    });

    test("is ended by a change of the password, and the caller gets a new one of its kind", async () => {
      const ada = await kind.signUp();
      const others = await logInByEach(ada);
      const answer = await as(ada, "PUT /password", { currentPassword: password, newPassword });
      expect(answer.status).toBe(200);
      await expectOpen(kind.taken(answer, ada));
      await expectEnded(ada);
      for (const [code, client] of others) expectProblem(await open(client), code);
    });

    test("is ended with its account", async () => {
      const ada = await kind.signUp();
      expect((await as(ada, "DELETE /me", { password })).status).toBe(204);
      await expectEnded(ada);
    });

    test("that another process has ended is refused within two seconds", async () => {
      const ada = await kind.signUp();
      await expectOpen(ada);
      await write((db) => db.update(sessions).set({ revokedAt: now }).where(eq(sessions.id, ada.sessionId)));
      await soon(async () => (await open(ada)).status !== 200);
      await expectEnded(ada);
    });

    test("that was ended for everybody is refused within two seconds", async () => {
      const ada = await kind.signUp();
      await expectOpen(ada);
      await revokeEveryone();
      await soon(async () => (await open(ada)).status !== 200);
      await expectEnded(ada);
    });

    test("opens while the database is away, until what is known of endings is ten seconds old: then 503", async () => {
      const ada = await kind.signUp();
      await expectOpen(ada);
      await duringOutage(async () => {
        await expectOpen(ada);
        await later(11_000, async () => expectProblem(await open(ada), "ServiceUnavailable"));
      });
      await expectOpen(ada);
    });
  });
}

function withToken({ id, name, accessToken }: { id: string; name: string; accessToken: string }): Client {
  const headers = { ...fromPage, Authorization: `Bearer ${accessToken}` };
  return { id, name, sessionId: sessionOf(accessToken), headers };
}

async function soon(happens: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (Date.now() < deadline && !(await happens())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Runs `work` as if the machine had slept. */
async function later(milliseconds: number, work: () => Promise<void>): Promise<void> {
  const { now: real } = Date;
  Date.now = () => real() + milliseconds;
  try {
    await work();
  } finally {
    Date.now = real;
  }
}
