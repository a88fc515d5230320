import "./environment.js";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { protectedRoute } from "../../../src/middleware/jwt.js";
import { allowOrigins } from "../../../src/middleware/same-origin.js";
import { call, credentials, expectProblem, newName, password, signUp, startAuth, stopAuth } from "../client.js";
import { match } from "../shapes.js";
import { type Browser, cookieLines, cookieOf, page, signUpInBrowser } from "./browser.js";
import { friend } from "./environment.js";

// Who may use a cookie: pages of the site itself, and of the origins on the list.
let ada: Browser;
beforeAll(async () => {
  await startAuth();
  ada = await signUpInBrowser();
}, 60_000);
afterAll(stopAuth, 60_000);

/** An application's own route, behind `protectedRoute`, that counts what it was made to do. */
const shop = express();
let orders = 0;
shop.set("trust proxy", true);
shop.use(allowOrigins);
shop.all("/orders", protectedRoute, (req, res) => {
  orders += 1;
  res.json(req.auth);
});

const stranger = "https://evil.example";

/** What browsers say of a request, and whether it may change something. */
const senders: [string, Record<string, string>, boolean][] = [
  ["a page of the site", { "Sec-Fetch-Site": "same-origin", Origin: "https://shop.example" }, true],
  [
    "a page of the site whose referrer policy hides the origin",
    { "Sec-Fetch-Site": "same-origin", Origin: "null" },
    true,
  ],
  ["an origin on the list", { "Sec-Fetch-Site": "same-site", Origin: friend }, true],
  ["an origin on the list, on another site", { "Sec-Fetch-Site": "cross-site", Origin: friend }, true],
  ["an origin on the list, in a browser without Fetch Metadata", { Origin: friend }, true],
  ["another site", { "Sec-Fetch-Site": "cross-site", Origin: stranger }, false],
  ["a sibling domain", { "Sec-Fetch-Site": "same-site", Origin: "https://blog.shop.example" }, false],
  ["a sibling domain without an origin", { "Sec-Fetch-Site": "same-site" }, false],
  ["the address bar", { "Sec-Fetch-Site": "none" }, false],
  ["the address bar, with an origin", { "Sec-Fetch-Site": "none", Origin: friend }, false],
  ["a program that says nothing", {}, false],
  ["a sandboxed frame", { Origin: "null" }, false],
  ["an origin that starts like one on the list", { Origin: `${friend}.evil.example` }, false],
  ["an origin that ends like one on the list", { Origin: "https://evilapp.example.com" }, false],
  ["an origin on the list in another case", { Origin: friend.toUpperCase() }, false],
  ["an origin on the list over plain http", { Origin: friend.replace("https", "http") }, false],
  ["an origin on the list at another port", { Origin: `${friend}:8443` }, false],
  ["two origins, one on the list", { Origin: `${friend}, ${stranger}` }, false],
  ["the origin that the Host header claims", { Origin: stranger, "X-Forwarded-Host": "evil.example" }, false],
  ["two sites", { "Sec-Fetch-Site": "same-origin, cross-site" }, false],
  ["an unknown kind of site, from an origin on the list", { "Sec-Fetch-Site": "somewhere", Origin: friend }, false],
];

describe("by a cookie, on a route of the application", () => {
  for (const [who, headers, allowed] of senders) {
    test(`${who} may ${allowed ? "" : "not "}change something, and may read`, async () => {
      const send = (method: string) =>
        call(`${method} /orders`, { mount: "", app: shop, headers: { ...cookie(), ...headers } });
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const before = orders;
        const answer = await send(method);
        expect([method, orders - before]).toEqual([method, allowed ? 1 : 0]);
        if (!allowed) expectProblem(answer, "ForbiddenError");
      }
      for (const method of ["GET", "HEAD"]) expect((await send(method)).status).toBe(200);
    });
  }

  test("a form of another site is refused, whatever it sends", async () => {
    const headers = { ...cookie(), Origin: stranger, "Sec-Fetch-Site": "cross-site" };
    for (const type of ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]) {
      const form = { mount: "", app: shop, body: "amount=100", headers: { ...headers, "Content-Type": type } };
      expectProblem(await call("POST /orders", form), "ForbiddenError");
    }
  });
});

describe("what brings a bearer token", () => {
  test("needs none of this: no browser adds one by itself", async () => {
    const { accessToken } = await signUp();
    const answer = await call("POST /orders", {
      mount: "",
      app: shop,
      bearer: accessToken,
      headers: { Origin: stranger },
    });
    expect(answer.status).toBe(200);
  });

  test("is who the token says, also with the cookie of somebody else", async () => {
    const { id, accessToken } = await signUp();
    const answer = await call("POST /orders", { mount: "", app: shop, bearer: accessToken, headers: cookie() });
    expect([answer.status, answer.body.userId]).toEqual([200, id]);
  });

  test("that is not good is refused, also with a good cookie", async () => {
    const answer = await page("GET /me", { bearer: "x.y.z" }, ada);
    expectProblem(answer, "InvalidAccessToken");
  });
});

describe("another site", () => {
  const elsewhere = { "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "cross-site", Origin: stranger };

  test("can't log its visitor in, nor sign them up: no cookie, no account", async () => {
    const [{ name }, fresh] = [await signUp(), newName()];
    const attempts = [
      await call("POST /session", { body: credentials(name), headers: elsewhere }),
      await call("POST /login", { body: credentials(name), headers: { ...elsewhere, "Auth-Session": "cookie" } }),
      await call("POST /signup", {
        body: credentials(fresh),
        headers: { ...elsewhere, "Auth-Session": "cookie" },
      }),
    ];
    for (const answer of attempts) {
      expectProblem(answer, "ForbiddenError");
      expect(cookieLines(answer)).toEqual([]);
    }
    expectProblem(await page("POST /session", { body: credentials(fresh) }), "InvalidLoginCredentials");
  });

  test("can't log its visitor out, nor change or delete anything of theirs", async () => {
    const headers = { ...elsewhere, Cookie: ada.headers["Cookie"] ?? "" };
    const attempts: [string, object | undefined][] = [
      ["DELETE /session", undefined],
      ["POST /logout-all", undefined],
      [`DELETE /sessions/${ada.sessionId}`, undefined],
      ["PATCH /me", { displayName: "Eve" }],
      ["PUT /password", { currentPassword: password, newPassword: "ten grey geese waddle" }],
      ["DELETE /me", { password }],
    ];
    for (const [route, body] of attempts) {
      const answer = await call(route, body ? { headers, body } : { headers });
      expectProblem(answer, "ForbiddenError");
      expect(cookieLines(answer)).toEqual([]);
    }
    expect((await page("GET /me", {}, ada)).body.user.displayName).toBeNull();
  });
});

describe("CORS", () => {
  const preflight = (origin: string, method: string) => ({
    Origin: origin,
    "Access-Control-Request-Method": method,
    "Access-Control-Request-Headers": "content-type,auth-session",
  });

  test("an origin on the list may log in and read the answer, with credentials", async () => {
    const { name } = await signUp();
    const headers = { Origin: friend, "Sec-Fetch-Site": "same-site" };
    const answer = await page("POST /session", { body: credentials(name), headers });
    expect([answer.status, cookieOf(answer).name]).toEqual([200, "__Host-sid"]);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": friend,
      "access-control-allow-credentials": "true",
      vary: match.stringMatching(/\bOrigin\b/),
    });
  });

  test("its preflights are answered, on every route of the module and on the application's own", async () => {
    const routes: [string, object][] = [
      ["/session", {}],
      ["/password", {}],
      ["/sessions/x", {}],
      ["/orders", { mount: "", app: shop }],
    ];
    for (const [path, where] of routes) {
      const answer = await options(path, preflight(friend, "PUT"), where);
      expect([path, answer.status]).toEqual([path, 204]);
      expect(answer.headers).toMatchObject({
        "access-control-allow-origin": friend,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": match.stringMatching(/PUT.*DELETE/),
        "access-control-allow-headers": match.stringMatching(/Content-Type.*Auth-Session/),
        "access-control-max-age": "600",
      });
    }
  });

  test("errors can be read by it too", async () => {
    const answer = await page("GET /me", { headers: { Origin: friend } });
    expectProblem(answer, "NotAuthenticated");
    expect(answer.headers["access-control-allow-origin"]).toBe(friend);
  });

  test("no other origin is let in, and caches keep the answers apart", async () => {
    for (const origin of [stranger, "null", `${friend}.evil.example`, friend.toUpperCase()]) {
      const answers = [
        await page("GET /session", { headers: { Origin: origin } }, ada),
        await options("/session", preflight(origin, "POST")),
        await call("GET /orders", { mount: "", app: shop, headers: { ...cookie(), Origin: origin } }),
      ];
      for (const { headers } of answers) {
        expect(headers["access-control-allow-origin"]).toBeUndefined();
        expect(headers["vary"]).toMatch(/\bOrigin\b/);
      }
    }
  });
});

function cookie(): Record<string, string> {
  return { "X-Forwarded-Proto": "https", Cookie: ada.headers["Cookie"] ?? "" };
}

async function options(path: string, headers: Record<string, string>, where: object = {}) {
  return call(`OPTIONS ${path}`, { headers, ...where });
}
