import { createPrivateKey, createPublicKey, type JsonWebKey } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fs from "fs-extra";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Answer } from "../support/api.js";
import { password, signUp, tally, times, useCluster } from "../support/cluster.js";
import { appEnv, type ComposedApp, composeApp, listens } from "../support/compose.js";
import { es256Groups, printedSignatures } from "../support/signature-vectors.js";

// Tokens with a key pair of their own: in two processes on a real Postgres, in the hands of admins, and against published vectors.

const cluster = useCluster();

/** The usual server, with the routes of admins. */
const server = `import express from "express";
import { protectedRoute } from "./src/middleware/jwt.js";
import { adminRouter } from "./src/routes/admin.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);
app.get("/me-protected", protectedRoute, (req, res) => void res.json({ auth: req.auth }));
${listens}`;

interface Made {
  token: string;
  id: string;
}

describe("in two processes on Postgres", () => {
  cluster.beginForAll({
    database: "postgres",
    processes: 2,
    server,
    items: ["auth-keypair", "auth-admin", "auth-grace", "auth-email"],
    env: {
      DATABASE_POOL_SIZE: "20",
      AUTH_MAIL: "outbox:mail",
      MAIL_FROM: "a@example.org",
      APP_URL: "https://example.org",
    },
  });

  const make = async (bearer: string): Promise<Made> => {
    const { status, body } = await cluster
      .next()
      .post("/api/auth/keypair-tokens", { name: "all", expiresIn: 600 }, bearer);
    if (status !== 201) throw new Error(`POST /keypair-tokens answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const ask = ({ token }: Made): Promise<Answer> => cluster.next().get("/me-protected", token);
  const end = ({ id }: Made, bearer: string): Promise<Answer> =>
    cluster.next().delete(`/api/auth/keypair-tokens/${id}`, undefined, bearer);

  async function expectDead(made: readonly Made[]): Promise<void> {
    const answers = await Promise.all(made.flatMap((one) => [ask(one), ask(one)]));
    expect(tally(answers)).toEqual({ 401: answers.length });
  }

  test("of 50 requests while a token is ended, none that begins after it opens (B5)", async () => {
    for (let round = 0; round < 8; round += 1) {
      const { accessToken: bearer } = await signUp(cluster.next());
      const made = await make(bearer);
      const during = times(50, (index) => sleep(index % 10).then(() => ask(made)));
      expect((await end(made, bearer)).status).toBe(204);
      expect(tally(await times(50, () => ask(made)))).toEqual({ 401: 50 });
      for (const { status } of await during) expect([200, 401]).toContain(status);
    }
  });

  test("of 50 who end a token at once, one has (B5)", async () => {
    const { accessToken: bearer } = await signUp(cluster.next());
    const made = await make(bearer);
    expect(tally(await times(50, () => end(made, bearer)))).toEqual({ 204: 1, 404: 49 });
  });

  test.each([
    [
      "PUT /password",
      (bearer: string) =>
        cluster
          .next()
          .put("/api/auth/password", { currentPassword: password, newPassword: "another-lantern-in-the-rain" }, bearer),
    ],
    ["POST /logout-all", (bearer: string) => cluster.next().post("/api/auth/logout-all", {}, bearer)],
    ["DELETE /me", (bearer: string) => cluster.next().delete("/api/auth/me", { password }, bearer)],
  ])("of 50 tokens that are made during %s none is good after it, in any process (B11)", async (_route, endAll) => {
    const { accessToken: bearer } = await signUp(cluster.next());
    const first = await make(bearer);
    const ask50 = times(50, async (index) => {
      await sleep(index);
      return cluster.next().post("/api/auth/keypair-tokens", { name: "all", expiresIn: 600 }, bearer);
    });
    const { status } = await sleep(15).then(() => endAll(bearer));
    expect([200, 204]).toContain(status);
    const made = (await ask50).flatMap((answer) => (answer.status === 201 ? answer.body : []));
    await expectDead([first, ...made]);
  });

  test("an admin who disables somebody, changes their role or logs them out ends their tokens at the next request (B11)", async () => {
    const admin = await signUp(cluster.next());
    await cluster.sql(`update auth_users set role = 'admin' where id = '${admin.userId}'`);
    const { body: login } = await cluster.next().post("/api/auth/login", { username: admin.username, password });
    const acts: [string, "post" | "put", object][] = [
      ["/disable", "post", {}],
      ["/logout", "post", {}],
      ["", "put", { role: "admin" }],
    ];
    for (const [path, method, body] of acts) {
      const user = await signUp(cluster.next());
      const made = await make(user.accessToken);
      expect((await ask(made)).status).toBe(200);
      const route = `/api/auth/admin/users/${user.userId}${path}`;
      expect([200, 204]).toContain((await cluster.next()[method](route, body, login.accessToken)).status);
      await expectDead([made]);
    }
  });

  test("a token of an admin opens no route that takes a role", async () => {
    const admin = await signUp(cluster.next());
    const made = await make(admin.accessToken);
    await cluster.sql(`update auth_users set role = 'admin' where id = '${admin.userId}'`);
    expect((await ask(made)).status).toBe(200);
    expect((await cluster.next().get("/api/auth/admin/users", made.token)).status).toBe(403);
  });
});

describe("published vectors, through the code that lands", () => {
  const signatures = printedSignatures();
  const groups = es256Groups();
  let app: ComposedApp;
  // biome-ignore lint/suspicious/noExplicitAny: a module of the composed tree
  let algorithms: any;

  beforeAll(async () => {
    app = await composeApp({ items: ["auth-keypair"] });
    algorithms = await import(join(app.dir, "src/auth/keypair/algorithms.ts"));
  });
  afterAll(() => app.remove());

  /** What the code says of a signature over what is in the one spelling that `compact.ts` lets through. */
  function verifies(alg: string, jwk: JsonWebKey, compact: string): boolean {
    const [head = "", body = "", tail = "", ...more] = compact.split(".");
    const isCanonical = [head, body, tail].every(
      (part) => part === Buffer.from(part, "base64url").toString("base64url"),
    );
    const { kty = "", crv = "", x = "", y } = jwk;
    const key = createPublicKey({ key: { kty, crv, x, ...(y === undefined ? {} : { y }) }, format: "jwk" });
    const stored = algorithms.keyFromText(alg, algorithms.keyToText(key));
    const signature = Buffer.from(tail, "base64url");
    return more.length === 0 && isCanonical && algorithms.isSignatureOf(alg, stored, `${head}.${body}`, signature);
  }

  test.each(signatures.map((one) => [one.from, one] as const))(
    "the signature of %s is good, and no other",
    (_from, one) => {
      expect(verifies(one.alg, one.key, one.compact)).toBe(true);
      const [head = "", body = "", signature = ""] = one.compact.split(".");
      for (const at of [0, 10, signature.length - 2]) {
        const letter = signature[at] === "A" ? "B" : "A";
        expect(
          verifies(one.alg, one.key, `${head}.${body}.${signature.slice(0, at)}${letter}${signature.slice(at + 1)}`),
        ).toBe(false);
      }
      const again = algorithms.signText(one.alg, createPrivateKey({ key: one.key, format: "jwk" }), `${head}.${body}`);
      expect(verifies(one.alg, one.key, `${head}.${body}.${again.toString("base64url")}`)).toBe(true);
      if (one.alg === "Ed25519") expect(again.toString("base64url")).toBe(signature);
    },
  );

  describe.each(groups.map((group) => [group.comment, group] as const))(
    "Wycheproof, %s",
    (_comment, { key, tests }) => {
      test.each(tests.map((one) => [one.tcId, one.comment, one.result, one] as const))(
        "%i, %s: %s",
        (_id, _what, result, { jws }) => {
          expect(verifies("ES256", key, jws)).toBe(result === "valid");
        },
      );
    },
  );

  test("what the page of the documentation imports is there (defect 10)", async () => {
    for (const [name, value] of Object.entries(appEnv(app.dir))) vi.stubEnv(name, value);
    const page = await fs.readFile(join(app.dir, "docs/auth/keypair.md"), "utf8");
    const imports = [...page.matchAll(/import \{([^}]+)\} from "\.\/(auth\/keypair\/[\w-]+)\.js"/g)];
    expect(imports.length).toBeGreaterThan(1);
    for (const [, names = "", file = ""] of imports) {
      const module = await import(join(app.dir, "src", `${file}.ts`));
      for (const name of names.split(",")) expect(module, `${name} of ${file}`).toHaveProperty(name.trim());
    }
    vi.unstubAllEnvs();
  });
});
