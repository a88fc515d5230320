import "./test-environment.js";
import { gzipSync } from "node:zlib";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asciiAddress, canonicalAddress } from "../../src/auth/address.js";
import { canonicalLoginName, loginName } from "../../src/auth/login-name.js";
import { authRouter } from "../../src/routes/auth.js";
import {
  call,
  credentials,
  expectAlive,
  expectProblem,
  logIn,
  named,
  newName,
  type Person,
  password,
  signUp,
  startAuth,
  stopAuth,
} from "./client.js";
import { kept, nameWith, notNames, possibleNames, spellingsOf, twins } from "./login-names.js";
import { refreshTokenBodies, userOf } from "./shapes.js";

// Whatever a client sends, the answer says what is wrong with it: never a 500, never a library's text.

/** Every route that reads a body, with the members it knows; `null` where null means something. */
const routes: Record<string, Record<string, unknown>> = {
  "POST /signup": { email: "ada@example.org", ...credentials(nameWith("ada")), displayName: "Ada" },
  "POST /login": credentials(nameWith("ada")),
  ...refreshTokenBodies,
  "PATCH /me": { email: null, ...named(nameWith("ada")), displayName: null, currentPassword: password },
  "DELETE /me": { password },
  "PUT /password": { currentPassword: password, newPassword: password },
};

let ada: Person;

beforeAll(async () => {
  await startAuth();
  ada = await signUp();
}, 60_000);
afterAll(stopAuth, 60_000);

describe("a body that is no JSON object", () => {
  const notAnObject: Record<string, string | Buffer> = {
    "an array": "[]",
    "an array of objects": '[{"username":"ada"}]',
    "a text": '"text"',
    "a number": "1",
    null: "null",
    "broken JSON": '{"username":',
    "two values": "{}{}",
    "a lone byte of UTF-8": Buffer.from([0x22, 0xff, 0x22]),
    "nested 10,000 deep": "[".repeat(10_000) + "]".repeat(10_000),
    "nested 5,000 deep in objects": `${'{"a":'.repeat(5_000)}1`,
    "made of NULs": "\u0000".repeat(100),
  };
  for (const [what, body] of Object.entries(notAnObject)) {
    test(`is 400 when it is ${what}`, () =>
      everyRoute(async (send) => expectProblem(await send({ body }), "ValidationError", "")));
  }

  test("is 400 when there is none, where one is needed", async () => {
    const optional = ["POST /logout", "POST /validate"];
    await everyRoute(async (send, route) => {
      if (!optional.includes(route)) expectProblem(await send({}), "ValidationError", "");
    });
  });
});

describe("a body of another kind", () => {
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/vnd.api+json",
    "application/jsonp",
    "nonsense",
    "application/json; charset=utf-16",
  ]) {
    test(`is 415 when it is ${type}`, () =>
      everyRoute(async (send) => {
        const answer = await send({ body: "{}", headers: { "Content-Type": type } });
        expectProblem(answer, "UnsupportedMediaType");
      }));
  }

  test("is 415 when it is packed in an unknown way", () =>
    everyRoute(async (send) => {
      const answer = await send({ body: "{}", headers: { "Content-Encoding": "compress" } });
      expectProblem(answer, "UnsupportedMediaType");
    }));

  test("is 413 over 32 KB, also when it is packed", () =>
    everyRoute(async (send) => {
      const big = JSON.stringify({ username: "x".repeat(1_000_000) });
      expectProblem(await send({ body: big }), "PayloadTooLarge");
      const packed = gzipSync(big);
      expectProblem(await send({ body: packed, headers: { "Content-Encoding": "gzip" } }), "PayloadTooLarge");
    }));

  test("is read with a charset named", async () => {
    const answer = await call("POST /login", {
      body: credentials(ada.name),
      headers: { "Content-Type": "application/json; charset=utf-8" },
    });
    expect(answer.status).toBe(200);
  });
});

describe("a member of the body", () => {
  test("is 400, and named, when it is no text", () =>
    everyRoute(async (send, _route, known) => {
      for (const [name, value] of Object.entries(known)) {
        for (const wrong of [1, 0, true, [], ["text"], {}, { $ne: "" }, ...(value === null ? [] : [null])]) {
          expectProblem(await send({ body: { ...known, [name]: wrong } }), "ValidationError", name);
        }
      }
    }));

  test("is 400 when it is nested deep", () =>
    everyRoute(async (send, _route, known) => {
      const [name = ""] = Object.keys(known);
      const nested = "[".repeat(5_000) + "]".repeat(5_000);
      const rest = JSON.stringify({ ...known, [name]: undefined }).slice(1, -1);
      const body = `{${rest ? `${rest},` : ""}"${name}":${nested}}`;
      expectProblem(await send({ body }), "ValidationError", name);
    }));

  test("is 400 when it stands twice, however it is spelled", () =>
    everyRoute(async (send, _route, known) => {
      const [name = ""] = Object.keys(known);
      const spelled = `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
      for (const again of [name, spelled]) {
        expectProblem(await send({ body: `{"${name}":"one","${again}":"other"}` }), "ValidationError", "");
      }
    }));

  test("is searched for in one pass, whatever the body is", async () => {
    const open = `{"${'\\"'.repeat(16_000)}`;
    const before = process.cpuUsage();
    for (let time = 1; time <= 20; time += 1) {
      for (const body of [open, `${open}\\`]) expectProblem(await call("POST /login", { body }), "ValidationError", "");
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3_000);
  });

  test("is 400 when it is __proto__", () =>
    everyRoute(async (send, _route, known) => {
      const body = JSON.stringify(known).replace("{", '{"__proto__":{"role":"admin"},');
      expectProblem(await send({ body }), "ValidationError", "__proto__");
    }));

  test("is 400 when it holds half of a character, NUL or a line break where a name or an address is meant", async () => {
    for (const bad of ["\ud800", "a\udc00", "a\u0000b", "a\nb", "\u0000"]) {
      const post = (extra: object) => call("POST /signup", { body: { ...credentials(newName()), ...extra } });
      expectProblem(await post(named(bad)), "ValidationError", loginName);
      expectProblem(await post({ displayName: bad }), "ValidationError", "displayName");
      expectProblem(await post({ email: `${bad}@example.org` }), "ValidationError", "email");
      const patch = (body: object) => call("PATCH /me", { bearer: ada.accessToken, body });
      expectProblem(await patch({ displayName: bad }), "ValidationError", "displayName");
    }
  });

  test("of a form's size and shape is accepted: no route is closed by all this", async () => {
    const bob = await signUp({
      displayName: 'O"Neil: {"a":1}',
      email: "o'neil+tag@example.org",
      unknown: { deep: [1] },
    });
    await expectAlive(bob);
  });
});

describe("a name to log in with", () => {
  for (const [what, name] of Object.entries(notNames)) {
    test(`is refused at signup and login when it is or has ${what}`, async () => {
      for (const route of ["POST /signup", "POST /login"]) {
        expectProblem(await call(route, { body: credentials(name) }), "ValidationError", loginName);
      }
    });
  }

  for (const name of possibleNames) {
    test(`can be ${name}`, async () => {
      expect((await call("POST /signup", { body: credentials(name) })).status).toBe(201);
      await logIn(name);
    });
  }

  for (const [typed, shown] of kept) {
    test(`that is typed ${typed} is shown as ${shown}`, async () => {
      const answer = await call("POST /signup", { body: credentials(typed) });
      expect(userOf(answer).name).toBe(shown);
      await logIn(shown);
      await logIn(shown.toLowerCase());
    });
  }

  for (const [one, other] of twins) {
    test(`${one} is also ${other}`, async () => {
      expect((await call("POST /signup", { body: credentials(one) })).status).toBe(201);
      expectProblem(await call("POST /signup", { body: credentials(other) }), "UsernameNotAvailable");
      await logIn(other);
    });
  }

  test("has one unique form, which is its own unique form", () => {
    for (const name of [...possibleNames, ...twins.flat(), ...kept.flat()]) {
      const canonical = canonicalLoginName(name);
      expect(canonicalLoginName(canonical)).toBe(canonical);
      for (const spelling of spellingsOf(canonical)) expect(canonicalLoginName(spelling)).toBe(canonical);
    }
    for (const [one, other] of twins) expect(canonicalLoginName(one)).toBe(canonicalLoginName(other));
  });
});

describe("an e-mail address and a display name", () => {
  test("are refused when they are none, or too long", async () => {
    const long = `${"a".repeat(60)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(60)}.org`;
    for (const email of ["", "ada", "ada@", "@example.org", "a b@example.org", "a@b\r\nBcc: c@d.org", `${long}`]) {
      const answer = await call("POST /signup", { body: { ...credentials(newName()), email } });
      expectProblem(answer, "ValidationError", "email");
    }
    for (const displayName of ["", "x".repeat(101)]) {
      const answer = await call("POST /signup", { body: { ...credentials(newName()), displayName } });
      expectProblem(answer, "ValidationError", "displayName");
    }
  });
});

describe("an e-mail address in its one form", () => {
  test("has its domain in ASCII and its letters in lower case, and is that form's own", () => {
    for (const [typed, form] of [
      ["Ada@Example.ORG", "ada@example.org"],
      ["ada+shop@bücher.example", "ada+shop@xn--bcher-kva.example"],
    ] as const) {
      expect(canonicalAddress(typed)).toBe(form);
      expect(canonicalAddress(form)).toBe(form);
    }
  });

  test.each([
    "",
    "ada",
    "a@b@c.example",
    "ada@exa mple.org",
    "ada@[127.0.0.1]",
    "ada@.org",
    `${"a".repeat(300)}@b.org`,
  ])("%j is none", (text) => expect(asciiAddress(text)).toBeNull());
});

describe("an address of a request", () => {
  test("that can't be decoded is 400", async () => {
    expectProblem(await call("DELETE /sessions/%E0%A4%A", { bearer: ada.accessToken }), "ValidationError");
  });

  test("is no way to change something with GET or HEAD", async () => {
    for (const path of ["/signup", "/login", "/logout", "/logout-all", "/refresh-token", "/password"]) {
      for (const method of ["GET", "HEAD"]) {
        expect((await call(`${method} ${path}`, { bearer: ada.accessToken })).status).toBe(404);
      }
    }
    await expectAlive(ada);
  });
});

describe("an application that parses bodies itself", () => {
  test("works, whatever its limits are", async () => {
    const app = express();
    app.use(express.json({ strict: false }), express.urlencoded({ extended: true }));
    app.use("/api/auth", authRouter);
    const name = newName();
    expect((await call("POST /signup", { app, body: credentials(name) })).status).toBe(201);
    expect((await call("POST /login", { app, body: credentials(name) })).status).toBe(200);
    for (const body of ["[]", '"text"', "1", "null", "{}", '{"__proto__":{"username":"ada"}}']) {
      expectProblem(await call("POST /login", { app, body }), "ValidationError");
    }
    const form = { body: `${loginName}=${name}`, headers: { "Content-Type": "application/x-www-form-urlencoded" } };
    expectProblem(await call("POST /login", { app, ...form }), "UnsupportedMediaType");
  });
});

describe("a text of any length", () => {
  test("is measured before it is normalized: combining marks in a wrong order don't stop the server", async () => {
    const app = express();
    app.use(express.json({ limit: "1mb" }));
    app.use("/api/auth", authRouter);
    const marks = `a${"\u0315\u0300".repeat(30_000)}`;
    const before = process.cpuUsage();
    for (const [route, known] of Object.entries(routes)) {
      for (const name of [loginName, "displayName", "password", "currentPassword", "newPassword"]) {
        const request = { app, bearer: ada.accessToken, body: { ...known, [name]: marks } };
        if (name in known) expectProblem(await call(route, request), "ValidationError", name);
      }
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3_000);
  }, 60_000);
});

type Send = (request: { body?: unknown; headers?: Record<string, string> }) => ReturnType<typeof call>;

/** Ada is logged in where it takes that, so that it is the body that is refused; afterwards she still is. */
async function everyRoute(
  attempt: (send: Send, route: string, known: Record<string, unknown>) => Promise<void>,
): Promise<void> {
  for (const [route, known] of Object.entries(routes)) {
    const open = route.startsWith("POST");
    await attempt((sent) => call(route, open ? sent : { ...sent, bearer: ada.accessToken }), route, known);
  }
  await expectAlive(ada);
}
