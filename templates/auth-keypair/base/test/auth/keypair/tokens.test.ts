import "./environment.js";
import { createHmac, generateKeyPairSync, hkdfSync, randomBytes, sign } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AuthError, definitionOf } from "../../../src/auth/errors.js";
import { algorithms } from "../../../src/auth/keypair/algorithms.js";
import {
  readUnverified,
  readUnverifiedExpiry,
  readUnverifiedHeader,
  readUnverifiedId,
  readUnverifiedPayload,
} from "../../../src/auth/keypair/compact.js";
import { mostLifeSeconds } from "../../../src/auth/keypair/limits.js";
import { macVault } from "../../../src/auth/keypair/pinned-key.js";
import { issue, type NewToken, revoke, revokeAllOf, verify } from "../../../src/auth/keypair/tokens.js";
import { endSession } from "../../../src/auth/sessions.js";
import { rekey } from "../../../src/auth/vault/rekey.js";
import { read, write } from "../../../src/db/client.js";
import { keypairTokens } from "../../../src/db/schema/auth-keypair.js";
import { logIn, type Person, sessionOf, signUp, startAuth, stopAuth } from "../client.js";
import { dumpDatabase, duringOutage } from "../database.js";
import { match } from "../shapes.js";
import { environment } from "../test-environment.js";
import { testRedisUrl } from "./environment.js";
import { type Differences, issuer, plant } from "./planted.js";

// The tokens by themselves, without HTTP. B1 to B11 are rules that a key pair for each token is known to break; "defect"
// and a number is what Basalt Auth 1.9.5 does.

const { JWT_SECRET_KEY: current, JWT_SECRET_KEY_PREVIOUS: previous } = environment;
const inTable = testRedisUrl === "";

let ada: Person;

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);
beforeEach(async () => {
  ada = await signUp();
}, 60_000);

describe("a token", () => {
  test.each(algorithms)("of %s is good, and says who it speaks for (B2, defect 4)", async (algorithm) => {
    const { token, id, expiresAt } = await issue({ userId: ada.id, lifeSeconds: 60, algorithm });
    const payload = await verify(token);
    expect(payload).toEqual({
      iss: issuer,
      aud: `${issuer}:api`,
      sub: ada.id,
      jti: id,
      iat: match.any(Number),
      exp: expiresAt.getTime() / 1000,
    });
    expect(Object.isFrozen(payload)).toBe(true);
    expect(readUnverifiedHeader(token)).toEqual({ alg: algorithm, typ: "keypair+jwt" });
  });

  test("says what it was given, signed", async () => {
    const claims = { plan: "gold", scopes: ["read"], nested: { 2: "b", 1: "a" } };
    const { token } = await issue({ userId: ada.id, lifeSeconds: 60, claims });
    expect(await verify(token)).toMatchObject(claims);
  });

  test("names its algorithm, its kind and its time, and its id says nothing of that (defect 9)", async () => {
    const before = Math.floor(Date.now() / 1000);
    const tokens = await Promise.all(Array.from({ length: 8 }, () => issue({ userId: ada.id, lifeSeconds: 60 })));
    const ids = tokens.map(({ id }) => id);
    for (const { token } of tokens) {
      expect(readUnverifiedHeader(token)).toEqual({ alg: "ES256", typ: "keypair+jwt" });
      expect(Number(readUnverifiedPayload(token)["iat"])).toBeGreaterThanOrEqual(before - 1);
    }
    for (const id of ids) expect(Buffer.from(id, "base64url")).toHaveLength(16);
    expect(new Set(ids.map((id) => id.slice(0, 4))).size).toBe(ids.length);
  });

  test("is signed by a key that leaves nothing behind and is never exported (B4, defect 7)", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const kind = Object.getPrototypeOf(privateKey) as { export: unknown };
    const exportKey = kind.export;
    kind.export = () => {
      throw new Error("A private key was exported.");
    };
    try {
      for (const algorithm of algorithms) {
        const { token } = await issue({ userId: ada.id, lifeSeconds: 60, algorithm });
        expect(await verify(token)).toMatchObject({ sub: ada.id });
      }
    } finally {
      kind.export = exportKey;
    }
  });

  test("does not stand in what is stored, and nothing there signs (B1)", async () => {
    const { token, id } = await issue({ userId: ada.id, lifeSeconds: 60 });
    const [, payload = "", signature = ""] = token.split(".");
    const dump = await dumpDatabase();
    for (const part of [token, payload, signature]) expect(dump).not.toContain(part);
    expect(dump).toContain(id);
    expect(dump).not.toMatch(/"d"|PRIVATE KEY/);
  });

  test.each<[string, Partial<NewToken>]>([
    ["Infinity", { lifeSeconds: Number.POSITIVE_INFINITY }],
    ["NaN", { lifeSeconds: Number.NaN }],
    ["nothing", { lifeSeconds: null as unknown as number }],
    ["a text", { lifeSeconds: "60" as unknown as number }],
    ["0", { lifeSeconds: 0 }],
    ["less than 0", { lifeSeconds: -60 }],
    ["a part of a second", { lifeSeconds: 0.5 }],
    ["more than a year", { lifeSeconds: mostLifeSeconds + 1 }],
  ])("with a life of %s is not issued (B4, defect 8)", async (_life, input) => {
    await expectRefused(issue({ userId: ada.id, lifeSeconds: 60, ...input }), "ValidationError");
  });

  test.each<[string, Partial<NewToken>]>([
    ["another algorithm", { algorithm: "none" as "ES256" }],
    ["no audience", { audience: "" }],
    ["an audience that is a list", { audience: ["a"] as unknown as string }],
    ["an issuer that is too long", { issuer: "x".repeat(201) }],
    ["a claim that it says itself", { claims: { sub: "somebody" } }],
    ["a claim that JSON has no word for", { claims: { big: BigInt(1) } }],
    ["claims that are too long", { claims: { text: "x".repeat(4096) } }],
    ["claims that are none", { claims: null as unknown as Record<string, unknown> }],
  ])("with %s is not issued", async (_what, input) => {
    await expectRefused(issue({ userId: ada.id, lifeSeconds: 60, ...input }), "ValidationError");
  });

  test("lives from a second to a year (B4)", async () => {
    const year = await issue({ userId: ada.id, lifeSeconds: mostLifeSeconds });
    expect(await verify(year.token)).toMatchObject({ jti: year.id });
    const { token, expiresAt } = await issue({ userId: ada.id, lifeSeconds: 1 });
    expect(await verify(token)).toMatchObject({ sub: ada.id });
    while (Date.now() <= expiresAt.getTime() + 50) await new Promise((resolve) => setTimeout(resolve, 50));
    // Redis has forgotten its key by then.
    await expectRefused(verify(token), "InvalidAccessToken", inTable ? "The token has expired." : undefined);
  });

  test.each<[string, unknown]>([
    ["that is too long", "a".repeat(101)],
    ["with a line break", "a\nb"],
    ["with a NUL", "a\0b"],
    ["that is no text", 7],
    ["of which nothing shows", "\u200b"],
  ])("with a name %s is not issued", async (_what, name) => {
    await expectRefused(issue({ userId: ada.id, lifeSeconds: 60, name: name as string }), "ValidationError");
  });

  test("for nobody, or for somebody who is gone, is not issued", async () => {
    await expectRefused(issue({ userId: "nobody", lifeSeconds: 60 }), "InvalidAccessToken");
  });
});

describe("verify", () => {
  test("takes a token of the issuer and for the audience that are asked for, and no other (B2, defect 4)", async () => {
    const { token } = await issue({ userId: ada.id, lifeSeconds: 60, issuer: "shop", audience: "printer" });
    expect(await verify(token, { issuer: "shop", audience: "printer" })).toMatchObject({ aud: "printer" });
    await expectRefused(verify(token, { issuer: "shop" }), "InvalidAccessToken", "The token is for somebody else.");
    await expectRefused(
      verify(token, { audience: "printer" }),
      "InvalidAccessToken",
      "The token is of another issuer.",
    );
    await expectRefused(verify(token));
  });

  test("looks at the signature first: of a forged token it tells nothing (B2)", async () => {
    const { text, signature } = await plant(ada.id, { says: { exp: 1, iss: "other" }, pins: { exp: 1, iss: "other" } });
    await expectRefused(verify(`${text}.${signature.toString("base64url")}`), undefined, "The token has expired.");
    signature.writeUInt8(signature.readUInt8(0) ^ 1, 0);
    await expectRefused(
      verify(`${text}.${signature.toString("base64url")}`),
      undefined,
      "The access token is not valid.",
    );
  });

  test("takes one spelling of a token (B3, defect 1)", async () => {
    const { token } = await issue({ userId: ada.id, lifeSeconds: 60 });
    expect(await verify(token)).toMatchObject({ sub: ada.id });
    const [head = "", body = "", tail = ""] = token.split(".");
    const loose = (part: string) => Buffer.from(part, "base64url").toString("base64");
    const last = tail.at(-1) === "A" ? "B" : "A";
    const others = [
      `${token}.extra`,
      `${token}.`,
      `.${token}`,
      ` ${token}`,
      `${token}\n`,
      `${token}=`,
      `${head}=.${body}.${tail}`,
      `${head}.${loose(body)}=.${tail}`,
      `${head}.${body}.${loose(tail)}`,
      `${head}.${body}.${tail.slice(0, -1)}${last}`,
      `${head}.${body}.${tail}AAAA`,
      `${head}..${tail}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      head,
    ];
    for (const other of others) await expectRefused(verify(other));
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["undefined", undefined],
    ["a number", 7],
    ["an array", ["a", "b", "c"]],
    ["an object", { toString: () => "a.b.c" }],
    ["an empty text", ""],
    ["dots", ".."],
    ["a header that is null", `${encoded(null)}.${encoded({})}.AAAA`],
    ["a header that is an array", `${encoded([])}.${encoded({})}.AAAA`],
    ["a header that is a text", `${encoded("x")}.${encoded({})}.AAAA`],
    ["a header that is no JSON", `AAAA.${encoded({})}.AAAA`],
    ["a payload that is null", `${headerOf("ES256")}.${encoded(null)}.AAAA`],
    ["a payload that is an array", `${headerOf("ES256")}.${encoded([1])}.AAAA`],
    ["a payload that is no JSON", `${headerOf("ES256")}.AAAA.AAAA`],
    ["an id that is a number", `${headerOf("ES256")}.${encoded({ jti: 7 })}.AAAA`],
    ["an id that is none of ours", `${headerOf("ES256")}.${encoded({ jti: "../../etc/passwd" })}.AAAA`],
    ["a name that stands twice", `${headerOf("ES256")}.${raw('{"jti":"a","jti":"b"}')}.AAAA`],
    ["a megabyte", "a".repeat(1 << 20)],
    ["a megabyte behind a header", `${headerOf("ES256")}.${"a".repeat(1 << 20)}.AAAA`],
    ["half of a character", "\ud800.\ud800.\ud800"],
  ])("refuses %s with its own error, and so do the readers (B3, defects 2 and 5)", async (_what, token) => {
    await expectRefused(verify(token));
    for (const reader of [
      readUnverified,
      readUnverifiedHeader,
      readUnverifiedPayload,
      readUnverifiedId,
      readUnverifiedExpiry,
    ])
      await expectRefused(Promise.resolve().then(() => reader(token)));
  });

  test.each<[string, Record<string, unknown>]>([
    ["no exp", { exp: undefined }],
    ["an exp of null", { exp: null }],
    ["an exp that is a text", { exp: "2999-01-01" }],
    ["an exp that is a number in a text", { exp: String(Math.floor(Date.now() / 1000) + 600) }],
    ["an exp beyond all numbers", { exp: 1e300 }],
    ["an exp with a part of a second", { exp: Math.floor(Date.now() / 1000) + 600.5 }],
    ["no iat", { iat: undefined }],
  ])("refuses a token with %s, whose signature is good (B3, defect 3)", async (_what, says) => {
    const { token } = await plant(ada.id, { says });
    await expectRefused(verify(token));
  });

  test.each<[string, Differences]>([
    ["another user", { says: { sub: "somebody" } }],
    ["another audience", { says: { aud: "other" } }],
    ["another issuer", { says: { iss: "other" } }],
    ["a later end", { says: { exp: Math.floor(Date.now() / 1000) + 6000 } }],
    ["a session", { says: { sid: "session" } }],
    ["no session", { pins: { sid: "session" } }],
    ["a list of audiences", { says: { aud: [`${issuer}:api`] } }],
  ])("compares what is signed with the pins of the key: %s (B1)", async (_what, difference) => {
    expect(await verify((await plant(ada.id)).token)).toMatchObject({ sub: ada.id });
    await expectRefused(verify((await plant(ada.id, difference)).token));
  });

  test("refuses a live key that signs for somebody else, or for another token (B1)", async () => {
    const [hers, other] = [await plant(ada.id), await plant((await signUp()).id)];
    const swapped = sign("sha256", Buffer.from(other.text), { key: hers.privateKey, dsaEncoding: "ieee-p1363" });
    await expectRefused(verify(`${other.text}.${swapped.toString("base64url")}`));
    await expectRefused(verify((await plant(ada.id, { says: { jti: other.id } })).token));
  });

  test.each(["ES256", "ES512"] as const)(
    "takes one of the two %s signatures that anybody can make of one (B3, defect 1)",
    async (alg) => {
      const order = { ES256: orderOfP256, ES512: orderOfP521 }[alg];
      for (let round = 0; round < 8; round += 1) {
        const { token } = await issue({ userId: ada.id, lifeSeconds: 60, algorithm: alg });
        expect(await verify(token)).toMatchObject({ sub: ada.id });
        const signature = Buffer.from(token.split(".")[2] ?? "", "base64url");
        const half = signature.length / 2;
        const other = (order - BigInt(`0x${signature.toString("hex", half)}`)).toString(16).padStart(2 * half, "0");
        const twin = Buffer.concat([signature.subarray(0, half), Buffer.from(other, "hex")]).toString("base64url");
        await expectRefused(verify(token.replace(/[^.]+$/, twin)));
      }
    },
  );

  test("refuses a signature of another algorithm, of another length, or in DER", async () => {
    const { text, signature, privateKey } = await plant(ada.id);
    const der = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "der" });
    const [, body = ""] = text.split(".");
    const others = [der, signature.subarray(1), Buffer.concat([signature, Buffer.alloc(1)]), Buffer.alloc(64)];
    for (const other of others) await expectRefused(verify(`${text}.${other.toString("base64url")}`));
    for (const alg of ["Ed25519", "ES512"] as const)
      await expectRefused(verify(`${headerOf(alg)}.${body}.${signature.toString("base64url")}`));
    for (const header of [{ alg: "none", typ: "keypair+jwt" }, { alg: "HS256", typ: "keypair+jwt" }, { alg: "ES256" }])
      await expectRefused(verify(`${encoded(header)}.${body}.${signature.toString("base64url")}`));
  });

  test("says that a stored key is broken, and not that the token is (defect 6)", async () => {
    const seal = (id: string, text: string) => macVault.seal(Buffer.from(text), id);
    const planted = await plant(ada.id);
    const pins = JSON.parse(planted.sealed.slice(planted.sealed.indexOf("["))) as unknown[];
    expect(await verify(planted.token)).toMatchObject({ sub: ada.id });
    const broken = ["", "null", "{}", "[]", JSON.stringify(["ES256", "", ...pins.slice(2)])];
    const offCurve = JSON.stringify(["ES256", "A".repeat(86), ...pins.slice(2)]);
    for (const text of [...broken, offCurve]) {
      await keep(planted.id, seal(planted.id, text));
      await expectRefused(verify(planted.token), "ServiceUnavailable");
    }
    await keep(planted.id, planted.sealed);
    expect(await verify(planted.token)).toMatchObject({ sub: ada.id });
  });

  test("takes no signature that was good with another key, however often it was seen", async () => {
    const [hers, other] = [await plant(ada.id), await plant(ada.id)];
    for (let time = 1; time <= 3; time += 1) expect(await verify(hers.token)).toMatchObject({ jti: hers.id });
    const text = other.sealed.slice(other.sealed.indexOf("["));
    await keep(hers.id, macVault.seal(Buffer.from(text), hers.id));
    await expectRefused(verify(hers.token));
    await keep(hers.id, hers.sealed);
    expect(await verify(hers.token)).toMatchObject({ jti: hers.id });
  });

  test("does not take what others write where keys are kept (B8)", async () => {
    const [hers, other] = [await plant(ada.id), await plant((await signUp()).id)];
    const stranger = hers.sealed.replace(/\[.*/, (text) => text.replace(ada.id, "an-admin"));
    expect(await verify(hers.token)).toMatchObject({ sub: ada.id });
    const forged = sealedWith(randomBytes(32).toString("hex"), hers.id, hers.sealed);
    for (const sealed of [other.sealed, stranger, forged, "", "x", hers.sealed.slice(9), `${hers.sealed} `]) {
      await keep(hers.id, sealed);
      await expectRefused(verify(hers.token), "ServiceUnavailable");
    }
  });

  test("answers an outage with 503, and never opens (B6, defect 5)", async () => {
    const { token } = await issue({ userId: ada.id, lifeSeconds: 60 });
    await duringOutage(async () => {
      await expectRefused(verify(token), "ServiceUnavailable");
      await expectRefused(issue({ userId: ada.id, lifeSeconds: 60 }), "ServiceUnavailable");
      await expectRefused(revoke(readUnverifiedId(token)), "ServiceUnavailable");
    });
    expect(await verify(token)).toMatchObject({ sub: ada.id });
  });
});

describe("an end", () => {
  test("of one token is seen by the next call, and leaves the others (B5)", async () => {
    const [one, two] = [
      await issue({ userId: ada.id, lifeSeconds: 60 }),
      await issue({ userId: ada.id, lifeSeconds: 60 }),
    ];
    expect(await revoke(one.id)).toBe(true);
    await expectRefused(verify(one.token));
    expect(await verify(two.token)).toMatchObject({ jti: two.id });
    expect(await revoke(one.id)).toBe(false);
    for (const id of ["", "x", "'; --", one.token]) expect(await revoke(id)).toBe(false);
  });

  test("of somebody else's token is none (B5)", async () => {
    const { token, id } = await issue({ userId: ada.id, lifeSeconds: 60 });
    expect(await revoke(id, (await signUp()).id)).toBe(false);
    expect(await verify(token)).toMatchObject({ jti: id });
  });

  test("of all of a user's tokens takes those that are being issued, and nobody else's (B11)", async () => {
    const bob = await signUp();
    const his = await issue({ userId: bob.id, lifeSeconds: 60 });
    const early = await issue({ userId: ada.id, lifeSeconds: 60 });
    const racing = Promise.all(Array.from({ length: 20 }, () => issue({ userId: ada.id, lifeSeconds: 60 })));
    const ended = revokeAllOf(ada.id);
    const issued = await racing;
    await ended;
    const left = (await Promise.allSettled(issued.map(({ token }) => verify(token)))).filter(
      ({ status }) => status === "fulfilled",
    );
    expect(await revokeAllOf(ada.id)).toBe(left.length);
    for (const { token } of [early, ...issued]) await expectRefused(verify(token));
    expect(await verify(his.token)).toMatchObject({ sub: bob.id });
  });

  test("of the session that a token is of ends it, and of the one that it was proven by does not", async () => {
    const sessionId = sessionOf(ada.accessToken);
    const bound = await issue({ userId: ada.id, lifeSeconds: 60, sessionId });
    const free = await issue({ userId: ada.id, lifeSeconds: 60, provenBy: sessionId });
    expect(await verify(bound.token)).toMatchObject({ sid: sessionId });
    expect(await verify(free.token)).not.toHaveProperty("sid");
    await endSession(sessionId, { ip: null, userAgent: null });
    await expectRefused(verify(bound.token));
    expect(await verify(free.token)).toMatchObject({ sub: ada.id });
    const live = sessionOf((await logIn(ada.name)).accessToken);
    await issue({ userId: ada.id, lifeSeconds: 60, sessionId: live, provenBy: live });
    for (const ended of [{ sessionId }, { provenBy: sessionId }])
      for (const other of [{}, { sessionId: live }, { provenBy: live }])
        await expectRefused(issue({ userId: ada.id, lifeSeconds: 60, ...other, ...ended }), "InvalidAccessToken");
  });

  test("of 50 tokens while they are verified: none is good for a call that begins after it (B5)", async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => issue({ userId: ada.id, lifeSeconds: 60 })));
    await Promise.all(
      tokens.map(async ({ token, id }) => {
        const during = verify(token).catch(() => undefined);
        await revoke(id);
        await expectRefused(verify(token));
        await during;
      }),
    );
  });
});

describe("the readers", () => {
  test("read what nobody has checked, and say so in their names (B2)", async () => {
    const { token, id, expiresAt } = await issue({ userId: ada.id, lifeSeconds: 60 });
    await revoke(id);
    expect(readUnverifiedId(token)).toBe(id);
    expect(readUnverifiedExpiry(token)).toEqual(expiresAt);
    expect(readUnverifiedPayload(token)).toMatchObject({ sub: ada.id, jti: id });
    const { text } = await plant(ada.id, { says: { exp: "soon" } });
    await expectRefused(Promise.resolve().then(() => readUnverifiedExpiry(`${text}.AAAA`)));
  });
});

describe("another JWT_SECRET_KEY", () => {
  test("leaves tokens good while the old one is JWT_SECRET_KEY_PREVIOUS, and npm run auth:rekey beyond that (B8)", async () => {
    const planted = await plant(ada.id);
    await keep(planted.id, sealedWith(previous, planted.id, planted.sealed));
    expect(await verify(planted.token)).toMatchObject({ sub: ada.id });
    const report = (await rekey()).find(({ name }) => name === "keys of keypair tokens");
    expect(report?.resealed).toBe(1);
    expect(await kept(planted.id)).toBe(sealedWith(current, planted.id, planted.sealed));
    expect(await kept(planted.id)).toBe(planted.sealed);
    expect(await verify(planted.token)).toMatchObject({ sub: ada.id });
  });
});

/** FIPS 186-5: of the groups that both curves generate. */
const orderOfP256 = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const orderOfP521 = BigInt(`0x01${"f".repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`);

async function expectRefused(refused: Promise<unknown>, code = "InvalidAccessToken", detail?: string): Promise<void> {
  const error = (await refused.then(
    () => "It was taken.",
    (reason: unknown) => reason,
  )) as AuthError;
  expect(error).toMatchObject({ name: "AuthError", code });
  expect(definitionOf(error.code).status).not.toBe(500);
  if (detail !== undefined) expect(error.message).toBe(detail);
}

/** What a key of `secret` makes of what is in `sealed`, as it is documented. */
function sealedWith(secret: string, id: string, sealed: string): string {
  const text = sealed.slice(sealed.indexOf("["));
  const label = "authwright keypair token v1";
  const derive = (info: string, length: number) => Buffer.from(hkdfSync("sha256", secret, issuer, info, length));
  const mac = createHmac("sha256", derive(label, 32)).update(`${id} ${text}`).digest().subarray(0, 16);
  return `${derive(`${label} id`, 4).toString("hex")}.${mac.toString("base64url")}${text}`;
}

async function keep(id: string, sealed: string): Promise<void> {
  await write((db) => db.update(keypairTokens).set({ sealed }).where(eq(keypairTokens.id, id)));
}

async function kept(id: string): Promise<string | null | undefined> {
  const [row] = await read((db) =>
    db.select({ sealed: keypairTokens.sealed }).from(keypairTokens).where(eq(keypairTokens.id, id)),
  );
  return row?.sealed;
}

function headerOf(alg: string): string {
  return encoded({ alg, typ: "keypair+jwt" });
}

function encoded(value: unknown): string {
  return raw(JSON.stringify(value));
}

function raw(text: string): string {
  return Buffer.from(text).toString("base64url");
}
