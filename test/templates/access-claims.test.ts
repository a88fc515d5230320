import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fs from "fs-extra";
import { x } from "tinyexec";
import { describe, expect, test } from "vitest";
import type { Answer } from "../support/api.js";
import { type Browser, openBrowser, signUpInBrowser } from "../support/browser.js";
import { type Cluster, type Login, logIn, password, refresh, signUp, times, useCluster } from "../support/cluster.js";
import { closes, composeApp, listens, startApp } from "../support/compose.js";
import { unrun } from "../support/needs.js";
import { noRedis, startRedis } from "../support/redis.js";
import { repo } from "../support/template-tree.js";

/** What an owner writes into `access-claims.ts`: nothing else is touched. */
const entries = [
  `claim({ name: "role", from: users.role, type: z.string(), onAuth: "role", endsSessions: true })`,
  `claim({ name: "nick", from: users.displayName, type: z.string().nullable(), onAuth: "nick", endsSessions: true })`,
  `claim({ name: "contact", from: users.email, type: z.string().nullable() })`,
  `claim({
    name: "sub_id",
    standard: "RFC 9493",
    from: sql\`\${sessions.id}\`,
    toClaim: (id: string) => ({ format: "opaque", id }),
    type: z.object({ format: z.literal("opaque"), id: z.string() }),
    onAuth: "subjectId",
  })`,
];

const server = `import express from "express";
import { closeAuth } from "./src/auth/close.js";
import { protectedRoute } from "./src/middleware/jwt.js";
import { adminRouter } from "./src/routes/admin.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json(req.auth));

${listens}${closes}`;

const items = ["auth-admin", "auth-cookies"];
/** Longer than other processes take to hear of a revocation. */
const heardMs = 1_300;

const cluster = useCluster();

describe.each(["sqlite", "postgres"] as const)("with entries in access-claims.ts, on %s", (database) => {
  cluster.beginForAll(async () => {
    const { dir } = await cluster.compose(database, server, items);
    await writeClaims(dir, entries);
    return { database, processes: 2, items, server };
  });

  test("the project compiles, and knows their types on req.auth", async () => {
    await fs.writeFile(join(cluster.dir, "src/typed.ts"), typed);
    expect(await compile(cluster.dir)).toBe("");
  });

  test("signup, login, refresh and a password change put them into the token, and protectedRoute on req.auth", async () => {
    const client = cluster.next();
    const ada = await signUp(client);
    const { body: refreshed } = await refresh(cluster.next(), ada.refreshToken);
    const { body: loggedIn } = await logIn(cluster.next(), ada.username);
    const newPassword = `${password}-again`;
    const input = { currentPassword: password, newPassword };
    const { body: changed } = await client.put("/api/auth/password", input, ada.accessToken);
    for (const { accessToken } of [ada, refreshed, loggedIn, changed]) {
      const claims = claimsOf(accessToken);
      expect(claims).toMatchObject({
        role: "user",
        nick: null,
        contact: null,
        sub_id: { format: "opaque", id: claims["sid"] },
      });
    }
    const { body: auth } = await cluster.next().get("/me-protected", changed.accessToken);
    const { sid, auth_time: authTime, amr, jti, exp } = claimsOf(changed.accessToken);
    expect(auth).toEqual({
      ...{ userId: ada.userId, sessionId: sid, tokenId: jti, expiresAt: exp, authTime, amr },
      ...{ role: "user", nick: null, subjectId: { format: "opaque", id: sid } },
    });
  });

  test("a cookie delivers what a token does, from the first request on and out of the cache", async () => {
    const [{ url }] = cluster.apps as [Cluster["apps"][0]];
    const browser = await signUpInBrowser(url, newName());
    for (let time = 1; time <= 2; time += 1) {
      const { body } = await browser.send(url, "GET", "/me-protected");
      expect(body).toMatchObject({ role: "user", nick: null, amr: ["pwd"], subjectId: { id: body.sessionId } });
      expect(body).not.toHaveProperty("contact");
    }
  });

  test("a change by the owner ends the sessions of before, where the entry says so and the value is another", async () => {
    const ada = await signUp(cluster.next());
    const other = (await logIn(cluster.next(), ada.username)).body;
    expect((await patchMe(ada, { displayName: null })).status).toBe(200);
    expect(await opens(ada)).toBe(200);
    expect((await patchMe(ada, { displayName: "Ada" })).status).toBe(200);
    await sleep(heardMs);
    expect([await opens(ada), await opens(other)]).toEqual([401, 401]);
    expect((await refresh(cluster.next(), other.refreshToken)).status).toBe(403);
    const again = (await logIn(cluster.next(), ada.username)).body;
    expect(claimsOf(again.accessToken)).toMatchObject({ nick: "Ada" });
    expect((await patchMe(again, { displayName: "Ada" })).status).toBe(200);
    expect(await opens(again)).toBe(200);
  });

  test("a change where the entry does not say so ends nothing, and shows with the next token", async () => {
    const ada = await signUp(cluster.next());
    const changes = { email: "ada@example.com", currentPassword: password };
    expect((await patchMe(ada, changes)).status).toBe(200);
    const { body: refreshed } = await refresh(cluster.next(), ada.refreshToken);
    expect(claimsOf(refreshed.accessToken)).toMatchObject({ contact: "ada@example.com" });
    expect(await opens(ada)).toBe(200);
  });

  test("a change by an admin ends the user's sessions, those in a browser too, and nobody else's", async () => {
    const admin = await newAdmin();
    const ada = await signUp(cluster.next());
    const [{ url }] = cluster.apps as [Cluster["apps"][0]];
    for (const changes of [{ displayName: "Ada" }, { role: "admin" }]) {
      const browser = await logInBrowser(url, ada.username);
      const { body: login } = await logIn(cluster.next(), ada.username);
      const path = `/api/auth/admin/users/${ada.userId}`;
      expect((await cluster.next().put(path, changes, admin.accessToken)).status).toBe(200);
      await sleep(heardMs);
      expect(await opens(login)).toBe(401);
      expect((await browser.send(url, "GET", "/me-protected")).status).toBe(401);
    }
    const { body: login } = await logIn(cluster.next(), ada.username);
    expect(claimsOf(login.accessToken)).toMatchObject({ role: "admin", nick: "Ada" });
    const browser = await logInBrowser(url, ada.username);
    expect((await browser.send(url, "GET", "/me-protected")).body).toMatchObject({ role: "admin", nick: "Ada" });
    expect(await opens(admin)).toBe(200);
  });

  test("of logins and refreshes beside a change, none is left that says what was before", async () => {
    for (let round = 1; round <= 4; round += 1) {
      const ada = await signUp(cluster.next());
      const [answers] = await Promise.all([
        times(12, (index) =>
          index === 0 ? refresh(cluster.next(), ada.refreshToken) : logIn(cluster.next(), ada.username),
        ),
        sleep(round * 5).then(() => patchMe(ada, { displayName: "Ada" })),
      ]);
      await sleep(heardMs);
      for (const { status, body } of answers) {
        if (status !== 200 || claimsOf(body.accessToken)["nick"] === "Ada") continue;
        expect(await opens(body)).toBe(401);
        expect((await refresh(cluster.next(), body.refreshToken)).status).toBe(403);
      }
      const { body: after } = await logIn(cluster.next(), ada.username);
      expect(claimsOf(after.accessToken)).toMatchObject({ nick: "Ada" });
    }
  });
});

const why = unrun(noRedis);

test.skipIf(noRedis)(`servers that share a cache in Redis share the claims in it${why}`, async () => {
  const redis = await startRedis();
  const { dir } = await cluster.compose("sqlite", server, items);
  await writeClaims(dir, entries);
  await cluster.begin({
    ...{ database: "sqlite", processes: 2, items, server },
    env: { SESSION_REDIS_URL: redis.url },
  });
  try {
    const [one, two] = cluster.apps as [Cluster["apps"][0], Cluster["apps"][0]];
    const browser = await signUpInBrowser(one.url, newName());
    const { body: auth } = await browser.send(one.url, "GET", "/me-protected");
    expect(auth).toMatchObject({ role: "user", authTime: expect.any(Number), amr: ["pwd"] });
    await cluster.sql(`update auth_users set role = 'unheard' where id = '${auth.userId}'`);
    expect((await browser.send(two.url, "GET", "/me-protected")).body).toEqual(auth);
  } finally {
    await cluster.close();
    await redis.close();
  }
});

describe("an application does not start", () => {
  test.each([
    ["a claim of the module", `{ name: "sub", from: users.role, type: z.string() }`, "the claim sub is there already"],
    ["a registered claim", `{ name: "acr", from: users.role, type: z.string() }`, "the claim acr is registered"],
    [
      "a member of req.auth",
      `{ name: "id", from: users.role, type: z.string(), onAuth: "userId" }`,
      "can't be req.auth.userId",
    ],
    [
      "an end of sessions from SQL, which can't be told",
      `{ name: "isAdmin", from: sql\`\${users.role} = 'admin'\`, type: z.unknown(), endsSessions: true }`,
      "the claim isAdmin ends no sessions",
    ],
  ])("whose access-claims.ts takes %s: it says which, and the project does not compile", async (_, entry, reason) => {
    const app = await composeApp({ database: "sqlite" });
    try {
      await writeClaims(app.dir, [`claim(${entry})`]);
      await expect(startApp(app.dir)).rejects.toThrow(reason);
      expect(await compile(app.dir)).toMatch(/access-claims\.ts.*Refused/);
      await writeClaims(app.dir, [entry]);
      await expect(startApp(app.dir)).rejects.toThrow(reason);
      expect(await compile(app.dir)).toMatch(/access-claims\.ts/);
    } finally {
      await app.remove();
    }
  });
});

test.each([
  ["claim", `{ name: "__proto__", from: users.role, type: z.string() }`],
  ["member of req.auth", `{ name: "role", from: users.role, type: z.string(), onAuth: "__proto__" }`],
  [
    "end of sessions by a column of theirs",
    `{ name: "seen", from: sessions.rotatedAt, type: z.string(), endsSessions: true }`,
  ],
])("an application does not start whose access-claims.ts has what could not be there: %s", async (_, entry) => {
  const app = await composeApp({ database: "sqlite" });
  try {
    await writeClaims(app.dir, [`claim(${entry})`]);
    await expect(startApp(app.dir)).rejects.toThrow(/access-claims\.ts: the claim/);
  } finally {
    await app.remove();
  }
});

const typed = `import type { Request } from "express";
import { authOf } from "./middleware/jwt.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

export function typesOf(req: Request): [Same<string, string>] {
  const { role, nick, subjectId, authTime, amr } = authOf(req);
  const same: [
    Same<typeof role, string>,
    Same<typeof nick, string | null>,
    Same<typeof subjectId, { format: "opaque"; id: string }>,
    Same<typeof authTime, number>,
    Same<typeof amr, readonly string[]>,
  ] = [true, true, true, true, true];
  // @ts-expect-error it is in the token alone
  void authOf(req).contact;
  return [same[0]];
}
`;

/** Puts the entries into the file that ships, as its owner would. */
async function writeClaims(dir: string, list: readonly string[]): Promise<void> {
  const shipped = await fs.readFile(join(repo, "templates/auth-basic/base/src/auth/access-claims.ts"), "utf8");
  const text = shipped
    .replace("accessClaims = []", `accessClaims = [${list.join(", ")}]`)
    .replace('import { sessions } from "../db/schema/auth.js";\n', imports);
  await fs.writeFile(join(dir, "src/auth/access-claims.ts"), text);
}

const imports = `import { sql } from "drizzle-orm";
import { sessions, users } from "../db/schema/auth.js";
void sql;
`;

/** What the compiler has to say of the project; "" when it is content. */
async function compile(dir: string): Promise<string> {
  const options = { noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true };
  const modules = { target: "ES2023", module: "nodenext", types: ["node"] };
  await fs.outputJson(join(dir, "tsconfig.json"), { compilerOptions: { ...options, ...modules }, include: ["src"] });
  const tsc = join(repo, "node_modules/typescript/bin/tsc");
  const { stdout } = await x(process.execPath, [tsc, "-p", dir, "--pretty", "false"]);
  return stdout;
}

async function newAdmin(): Promise<Login> {
  const { username, userId } = await signUp(cluster.next());
  await cluster.sql(`update auth_users set role = 'admin' where id = '${userId}'`);
  const { body } = await logIn(cluster.next(), username);
  return { username, userId, ...body };
}

async function logInBrowser(url: string, username: string): Promise<Browser> {
  const browser = openBrowser();
  expect((await browser.send(url, "POST", "/api/auth/session", { username, password })).status).toBe(200);
  return browser;
}

function patchMe({ accessToken }: { accessToken: string }, changes: object): Promise<Answer> {
  return cluster.next().patch("/api/auth/me", changes, accessToken);
}

async function opens({ accessToken }: { accessToken: string }): Promise<number> {
  return (await cluster.next().get("/me-protected", accessToken)).status;
}

function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ""] = token.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
}

function newName(): string {
  return `user-${Math.random().toString(36).slice(2)}`;
}
