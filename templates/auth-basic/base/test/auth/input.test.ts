import "./test-environment.js";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { AuthError } from "../../src/auth/errors.js";
import { parseInput } from "../../src/auth/input.js";
import { canonicalLoginName, loginName, loginNameInWords } from "../../src/auth/login-name.js";
import { hashPassword } from "../../src/auth/passwords.js";
import { insertUser } from "../../src/auth/store.js";
import { fieldEntries } from "../../src/auth/user-fields.js";
import { asciiAddress, canonicalAddress, isMailAddress } from "../../src/auth/values/address.js";
import { transaction } from "../../src/db/client.js";
import { authRouter } from "../../src/routes/auth.js";
import {
  call,
  credentials,
  expectAlive,
  expectProblem,
  logIn,
  named,
  newAddress,
  newName,
  newWord,
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

const optionalAtSignUp = fieldEntries.flatMap(([name, { atSignUp }]) => (atSignUp === "optional" ? [name] : []));
/** The members for which null is no value. */
const leftOutByNull: Record<string, string[]> = {
  "POST /signup": optionalAtSignUp,
  "POST /logout": ["refreshToken"],
  "POST /validate": ["refreshToken"],
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
    everyRoute(async (send, route, known) => {
      for (const [name, value] of Object.entries(known)) {
        const mayBeNull = value === null || leftOutByNull[route]?.includes(name);
        for (const wrong of [1, 0, true, [], ["text"], {}, { $ne: "" }, ...(mayBeNull ? [] : [null])]) {
          expectProblem(await send({ body: { ...known, [name]: wrong } }), "ValidationError", name);
        }
      }
    }));

  test("that is missing, empty or of another kind is told of in a sentence for people", async () => {
    const told = async (route: string, body: object) =>
      Object.fromEntries(
        (await call(route, { bearer: ada.accessToken, body })).body.errors.map(
          ({ path, message }: { path: string; message: string }) => [path, message],
        ),
      );
    expect(await told("POST /login", {})).toEqual({
      [loginName]: `The ${loginNameInWords} is missing.`,
      password: "The password is missing.",
    });
    expect(await told("POST /login", { [loginName]: 1, password: "" })).toEqual({
      [loginName]: `The ${loginNameInWords} must be a text.`,
      password: "The password is empty.",
    });
    expect(await told("PUT /password", { newPassword: {} })).toEqual({
      currentPassword: "The current password is missing.",
      newPassword: "The new password must be a text.",
    });
    if ("POST /refresh-token" in refreshTokenBodies)
      expect(await told("POST /refresh-token", {})).toEqual({ refreshToken: "The refresh token is missing." });
    expect(await told("PATCH /me", { displayName: [] })).toEqual({ displayName: "The display name must be a text." });
  });

  test("has what is wrong with it told in sentences, whatever its schema is", () => {
    const schema = z.object({
      age: z.int().min(18),
      birthday: z.iso.date(),
      tagList: z.array(z.string().max(3)).max(2),
      level: z.enum(["low", "high"]),
      plan: z.literal("free"),
      consent: z.boolean(),
      nested: z.object({ firstName: z.string() }),
      either: z.union([z.string(), z.number()]),
    });
    const issues = (body: object) => (errorOf(() => parseInput(schema, body)) as AuthError).issues;
    expect(issues({})?.map(({ message }) => message)).toEqual([
      "The age is missing.",
      "The birthday is missing.",
      "The tag list is missing.",
      "The level is missing.",
      "The plan is missing.",
      "The consent is missing.",
      "The nested is missing.",
      "The either is missing.",
    ]);
    const known = {
      age: 1,
      birthday: "x",
      tagList: ["abcd"],
      level: "x",
      plan: "x",
      consent: 1,
      nested: {},
      either: [],
    };
    expect(issues(known)?.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "age: The age is less than 18.",
      "birthday: The birthday is not of the right form.",
      "tagList.0: This is longer than 3 characters.",
      "level: The level must be one of: low, high.",
      "plan: The plan must be free.",
      "consent: The consent must be true or false.",
      "nested.firstName: The first name is missing.",
      "either: The either is not of the right form.",
    ]);
  });

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
    test(`is refused at signup when it is or has ${what}, and nobody's at login`, async () => {
      expectProblem(await call("POST /signup", { body: credentials(name) }), "ValidationError", loginName);
      const atLogin = name === "" ? "ValidationError" : "InvalidLoginCredentials";
      expectProblem(await call("POST /login", { body: credentials(name) }), atLogin);
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

  test("that an account has opens it, and can be changed, whatever is refused of new names", async () => {
    const username = `older rules ${newWord()}`;
    const row = { id: randomUUID(), username, usernameCanonical: canonicalLoginName(username) };
    const hash = await hashPassword(password);
    await transaction((tx) => insertUser(tx, { ...row, ...hash }));
    const { accessToken } = await logIn(username.toUpperCase());
    const body = { ...named(newName()), currentPassword: password };
    expect((await call("PATCH /me", { bearer: accessToken, body })).status).toBe(200);
  });

  test("has one unique form, which is its own unique form", () => {
    for (const name of [...possibleNames, ...twins.flat(), ...kept.flat()]) {
      const canonical = canonicalLoginName(name);
      expect(canonicalLoginName(canonical)).toBe(canonical);
      for (const spelling of spellingsOf(canonical)) expect(canonicalLoginName(spelling)).toBe(canonical);
    }
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const canonical = canonicalLoginName(String.fromCodePoint(code));
      if (canonicalLoginName(canonical) !== canonical) throw new Error(`U+${code.toString(16)}`);
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
    const marks = "a\u0315\u0300\u0316\u0301\u0317";
    for (const displayName of ["", "x".repeat(101), " ", "\u2800", "\u200d", "a\u202eb", "a\u2066b", marks]) {
      const answer = await call("POST /signup", { body: { ...credentials(newName()), displayName } });
      expectProblem(answer, "ValidationError", "displayName");
    }
  });
});

describe("a display name", () => {
  for (const displayName of [
    "می\u200cخواهم",
    "👩\u200d👩\u200d👧",
    "a\u200eb",
    "Ада Lovelace",
    "a\u0315\u0300\u0316",
  ]) {
    test(`can be ${displayName}`, async () => {
      const body = { ...credentials(newName()), displayName };
      expect((await call("POST /signup", { body })).status).toBe(201);
    });
  }
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
    "a+b@example.org",
    "a&b@example.org",
    "a=b@example.org",
    "a/b@example.org",
    "{a}~!#$%^*_`|?'@example.org",
    "ada@example.xn--p1ai",
    "ada@xn--e1afmkfd.xn--80akhbyknj4f",
    "ada@пример.рф",
    "ada@1.example.org",
    "ada@3com.example",
    `${"a".repeat(64)}@example.org`,
  ])("%s is one, at signup, at a change and to mail", async (address) => {
    expect(isMailAddress(asciiAddress(address) ?? "")).toBe(true);
    const bob = await signUp({ email: `bob-${newWord()}@example.org` });
    const body = { email: address, currentPassword: password };
    const changed = await call("PATCH /me", { bearer: bob.accessToken, body });
    expect([200, 409]).toContain(changed.status);
    const answer = await call("POST /signup", { body: { ...credentials(newName()), email: address } });
    expect([201, 409]).toContain(answer.status);
  });

  test.each([
    "",
    "ada",
    "ada@exa/mple.org",
    "ada@example.org/",
    "ada@exa%6dple.org",
    "ada@example.org:25",
    "ada@exa\\mple.org",
    "ada@eve@example.org",
    "ada@exa_mple.org",
    "ada@example.1",
    "ada@example.\uff11\uff12",
    "ada@127.0.0.1",
    "ada@0x7f.1",
    "ada@example.0x7f",
    `${"a".repeat(65)}@example.org`,
    "a@b@c.example",
    "ada@exa mple.org",
    "ada@[127.0.0.1]",
    "ada@.org",
    `${"a".repeat(300)}@b.org`,
  ])("%j is none, at signup and at a change", async (text) => {
    expect(asciiAddress(text)).toBeNull();
    const body = { ...credentials(newName()), email: text };
    expectProblem(await call("POST /signup", { body }), "ValidationError", "email");
    const change = { email: text, currentPassword: password };
    expectProblem(await call("PATCH /me", { bearer: ada.accessToken, body: change }), "ValidationError", "email");
  });
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

  test("lets in no larger body than the module's own parser", async () => {
    const app = express();
    app.use(express.json({ limit: "1mb" }));
    app.use("/api/auth", authRouter);
    const large = [
      { other: "x".repeat(33_000) },
      { other: Array.from({ length: 33_000 }, () => 1) },
      { other: Object.fromEntries(Array.from({ length: 7_000 }, (_, index) => [`name${index}`, index])) },
      { other: Array.from({ length: 12_000 }, () => [1]) },
      { [`${"ü".repeat(17_000)}`]: true },
    ];
    await everyRoute(async (send, _route, known) => {
      for (const more of large) {
        const body = JSON.stringify({ ...known, ...more });
        expectProblem(await send({ app, body }), "PayloadTooLarge");
        const headers = { "Content-Encoding": "gzip" };
        expectProblem(await send({ app, body: gzipSync(body), headers }), "PayloadTooLarge");
      }
    });
    const body = { ...credentials(newName()), other: Array.from({ length: 16_300 }, () => 1) };
    expect((await call("POST /signup", { app, body })).status).toBe(201);
  });
});

describe("a text of any length", () => {
  test("is measured before it is normalized: combining marks in a wrong order don't stop the server", async () => {
    const marks = `a${"\u0315\u0300".repeat(7_000)}`;
    const before = process.cpuUsage();
    for (const [route, known] of Object.entries(routes)) {
      const texts = [loginName, "displayName", "password", "currentPassword", "newPassword"];
      for (const name of texts.filter((text) => text in known)) {
        const who = route.startsWith("POST") ? {} : { bearer: ada.accessToken };
        const answer = await call(route, { ...who, body: { ...known, [name]: marks } });
        if (route === "POST /login") expectProblem(answer, "InvalidLoginCredentials");
        else expectProblem(answer, "ValidationError", name);
      }
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3_000);
  }, 60_000);

  test("is a wrong one at login when it is too long, and counts as such", async () => {
    for (const known of [credentials(nameWith("x".repeat(2_000))), credentials(ada.name, "x".repeat(2_000))]) {
      const attempt = { body: known, from: newAddress() };
      for (let time = 1; time <= 10; time += 1)
        expectProblem(await call("POST /login", attempt), "InvalidLoginCredentials");
      expectProblem(await call("POST /login", attempt), "TooManyRequests");
    }
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

type Send = (request: {
  app?: express.Express;
  body?: unknown;
  headers?: Record<string, string>;
}) => ReturnType<typeof call>;

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

describe("what is left out", () => {
  test("may be null in a POST, as clients send it for an empty field", async () => {
    const empty = Object.fromEntries(optionalAtSignUp.map((name) => [name, null]));
    const body = { ...credentials(newName()), ...empty };
    expect((await call("POST /signup", { body })).status).toBe(201);
    const { accessToken: bearer } = await signUp();
    for (const route of ["POST /validate", "POST /logout"])
      expect((await call(route, { bearer, body: { refreshToken: null } })).status).toBe(204);
    expect((await call("POST /login", { body: { ...credentials(ada.name), refreshToken: null } })).status).toBe(200);
  });

  test("may be a body in chunks that has none, whatever its type", async () => {
    for (const type of [undefined, "text/plain", "application/json"]) {
      const { accessToken } = await signUp();
      const headers = { authorization: `Bearer ${accessToken}`, ...(type ? { "content-type": type } : {}) };
      expect(await sendInChunks("/api/auth/logout", headers, "")).toBe(204);
      expect(await sendInChunks("/api/auth/logout", { ...headers, "content-type": "text/plain" }, "x")).toBe(415);
    }
  });

  test("is named where the application has read the body as text or bytes", async () => {
    for (const parser of [express.text({ type: "*/*" }), express.raw({ type: "*/*" })]) {
      const app = express().use(parser).use("/api/auth", authRouter);
      const answer = await call("POST /login", { app, body: credentials(ada.name) });
      expectProblem(answer, "ValidationError", "");
      expect(answer.body.errors[0]?.message).toMatch(/express\.text\(\) and express\.raw\(\)/);
    }
  });
});

/** The status of a POST whose length is not said. */
async function sendInChunks(path: string, headers: Record<string, string>, body: string): Promise<number | undefined> {
  const server = express().use("/api/auth", authRouter).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const all = { ...headers, "transfer-encoding": "chunked" };
  const sent = request({ host: "127.0.0.1", port, path, method: "POST", headers: all, agent: false }).end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  server.close();
  return answer.statusCode;
}
