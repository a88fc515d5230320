import "../test-environment.js";
import { createHmac, createPublicKey, createSign, type JsonWebKey, verify } from "node:crypto";
import { eq } from "drizzle-orm";
import express from "express";
import jwt from "jsonwebtoken";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signAccessToken, verifyAccessToken } from "../../../src/auth/access-token.js";
import { eventSinks } from "../../../src/auth/events.js";
import { algorithm } from "../../../src/auth/jwks/algorithm.js";
import { generateKey, keyToBytes, type SigningKey, thumbprint } from "../../../src/auth/jwks/jwk.js";
import { doWhatIsDue, retireKey, rotateKeys } from "../../../src/auth/jwks/key-changes.js";
import { overlapSeconds, publishedAheadSeconds } from "../../../src/auth/jwks/key-life.js";
import { closeKeyRing } from "../../../src/auth/jwks/key-ring.js";
import { openKey, sealKey } from "../../../src/auth/jwks/sealed-keys.js";
import { readKeys, type StoredKey, useClock } from "../../../src/auth/jwks/store.js";
import { write } from "../../../src/db/client.js";
import { signingKeys } from "../../../src/db/schema/auth-jwks.js";
import { jwksRouter } from "../../../src/routes/jwks.js";
import { call, events, expectProblem, type Person, refresh, signUp, startAuth, stopAuth } from "../client.js";
import { dumpDatabase, duringOutage } from "../database.js";
import { storedClaims, tokensOf } from "../shapes.js";
import { environment } from "../test-environment.js";

// Keys that sign access tokens, and what others are told of them. K1 to K16 are rules that such keys are known to break.

const keySet = "GET /.well-known/jwks.json";
const signatureBytes = algorithm === "ES256" ? 64 : 132;
const other = algorithm === "ES256" ? "ES512" : "ES256";
const subject = { id: "session", userId: "somebody", claims: storedClaims };

let ada: Person;
let aheadMs = 0;

beforeAll(async () => {
  await startAuth();
  useClock((time) => new Date(time.getTime() + aheadMs));
}, 60_000);
afterAll(stopAuth, 60_000);

/** Each test starts with keys of its own. */
beforeEach(async () => {
  aheadMs = 0;
  await write((db) => db.delete(signingKeys));
  await closeKeyRing();
  ada = await signUp();
}, 60_000);
afterEach(() => {
  aheadMs = 0;
});

describe("an access token", () => {
  test(`is signed with ${algorithm}, and names its key by the thumbprint (K1, K2)`, async () => {
    const { signing } = await storedKeys();
    expect(headerOf(ada.accessToken)).toEqual({ alg: algorithm, typ: "at+jwt", kid: signing.kid });
    const { keys } = await published();
    const key = keys.find(({ kid }) => kid === signing.kid);
    expect(key && thumbprint(key)).toBe(signing.kid);
    const payload = jwt.verify(ada.accessToken, publicKeyOf(key), { algorithms: [algorithm] });
    expect(payload).toMatchObject({ sub: ada.id });
  });

  test("says who it was issued to (K16)", () => {
    expect(jwt.decode(ada.accessToken)).toMatchObject({ client_id: `${environment.JWT_ISSUER}:client` });
  });

  test("of HS256 with the kid, the public key or the thumbprint of a key for its secret is refused (K1)", async () => {
    const { keys } = await published();
    for (const key of keys) {
      const pem = publicKeyOf(key).export({ type: "spki", format: "pem" }).toString();
      for (const secret of [pem, pem.trim(), JSON.stringify(key), key.kid, key.x, ""])
        for (const kid of [key.kid, undefined]) await expectRefused(withHs256(secret, kid));
    }
  });

  test("names one key, and is refused with any other kid, or none (K1, K2)", async () => {
    const { signing, standby } = await storedKeys();
    const { privateKey } = opened(signing);
    const strange = ["", "1", "../../etc/passwd", "' or 1=1 --", `${signing.kid}=`, signing.kid.slice(1), "__proto__"];
    for (const kid of [undefined, standby.kid, "HS256", ...strange])
      await expectRefused(sign({ ...opened(signing), privateKey }, { kid }));
    await expectOpens(sign(opened(signing), {}));
  });

  test("of a key that is published nowhere is refused, whatever kid it names", async () => {
    const { signing } = await storedKeys();
    const stranger = generateKey(algorithm);
    await expectRefused(sign(stranger, {}));
    await expectRefused(sign(stranger, { kid: signing.kid }));
  });

  test("of the other algorithm is refused under a key of this one (K1)", async () => {
    const { signing } = await storedKeys();
    await expectRefused(sign(generateKey(other), { kid: signing.kid }));
    await expectRefused(sign(opened(signing), { alg: other }));
  });

  test("has a signature of the exact length; the same one in DER is refused (K11)", async () => {
    const { signing } = await storedKeys();
    const [head = "", body = "", signature = ""] = sign(opened(signing), {}).split(".");
    const bytes = Buffer.from(signature, "base64url");
    expect(bytes).toHaveLength(signatureBytes);
    const { privateKey, publicKey } = opened(signing);
    const hash = algorithm === "ES256" ? "sha256" : "sha512";
    const inDer = createSign(hash)
      .update(`${head}.${body}`)
      .sign({ key: privateKey as never, dsaEncoding: "der" });
    expect(verify(hash, Buffer.from(`${head}.${body}`), publicKey, inDer)).toBe(true);
    const others = [inDer, bytes.subarray(1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(signatureBytes)];
    for (const other of others) await expectRefused(`${head}.${body}.${other.toString("base64url")}`);
    await expectOpens(`${head}.${body}.${signature}`);
  });
});

describe("the key set", () => {
  test("holds the key that signs and the one that stands by, and of them only what everybody may know (K3, K4)", async () => {
    const { keys } = await published();
    const { signing, standby } = await storedKeys();
    expect(keys.map(({ kid }) => kid).sort()).toEqual([signing.kid, standby.kid].sort());
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
      expect(key).toMatchObject({ kty: "EC", use: "sig", alg: algorithm });
      expect(thumbprint(key)).toBe(key.kid);
    }
  });

  test("shows no secret, and stays within 1 KB, through rotations and retirements (K3)", async () => {
    const seen: SigningKey[] = [];
    for (const change of [rotate, rotate, retireNow, rotate, retireNow]) {
      seen.push(...(await readKeys()).keys.flatMap((key) => (key.sealed ? [opened(key)] : [])));
      await change();
      const { text } = await call(keySet);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024);
      expect(text).not.toMatch(/"(d|p|q|dp|dq|qi|k|oth)"/);
      for (const secret of secretsOf(seen)) expect(text).not.toContain(secret);
    }
    expect(secretsOf(seen).length).toBeGreaterThan(3);
    const dump = await dumpDatabase();
    for (const secret of secretsOf(seen)) expect(dump).not.toContain(secret);
  });

  test("may be kept for five minutes by everybody, and is not sent again to who has it", async () => {
    const { headers } = await call(keySet);
    expect(headers["cache-control"]).toBe("public, max-age=300");
    expect(headers["content-type"]).toMatch(/^application\/json/);
    const again = await call(keySet, { headers: { "If-None-Match": headers["etag"] ?? "" } });
    expect([again.status, again.text]).toEqual([304, ""]);
    await rotate();
    const changed = await call(keySet, { headers: { "If-None-Match": headers["etag"] ?? "" } });
    expect(changed.status).toBe(200);
  });

  test("is at the root too where jwksRouter is mounted, and takes nothing but GET and HEAD there", async () => {
    const app = express().use(jwksRouter);
    const inside = await call(keySet);
    const atRoot = await call(keySet, { app, mount: "" });
    expect([atRoot.status, atRoot.text, atRoot.headers["etag"]]).toEqual([200, inside.text, inside.headers["etag"]]);
    expect((await call("HEAD /.well-known/jwks.json", { app, mount: "" })).status).toBe(200);
    expect((await call("POST /.well-known/jwks.json", { app, mount: "" })).status).toBe(404);
    await closeKeyRing();
    await duringOutage(async () => expectProblem(await call(keySet, { app, mount: "" }), "ServiceUnavailable"));
  });
});

describe("the first keys", () => {
  test("are made once, whoever asks first (K7)", async () => {
    await write((db) => db.delete(signingKeys));
    await Promise.all(Array.from({ length: 20 }, () => doWhatIsDue()));
    await closeKeyRing();
    await Promise.all(Array.from({ length: 20 }, () => call(keySet)));
    const { keys } = await readKeys();
    expect(keys.filter(({ alg }) => alg === algorithm)).toHaveLength(2);
    expect(keys.filter(({ alg }) => alg === "HS256")).toHaveLength(1);
  });

  test("are not made again by a process that starts later, nor at a request (K7)", async () => {
    const before = await readKeys();
    for (let time = 1; time <= 5; time += 1) {
      await closeKeyRing();
      await refresh((await signUp()).refreshToken);
    }
    expect((await readKeys()).keys).toEqual(before.keys);
  });
});

describe("a rotation", () => {
  test("lets the key sign that was published before, and publishes the next one (K5)", async () => {
    const before = await storedKeys();
    await rotate();
    const after = await storedKeys();
    expect(after.signing.kid).toBe(before.standby.kid);
    expect(after.standby.kid).not.toBe(before.standby.kid);
    const next = tokensOf(await refresh(ada.refreshToken));
    expect(headerOf(next.accessToken)["kid"]).toBe(before.standby.kid);
    await expectOpens(ada.accessToken);
    await expectOpens(next.accessToken);
    expect(events.at(-1)).toMatchObject({ event: "sys_key_rotated" });
  });

  test("comes by itself after 90 days, and no day earlier", async () => {
    const { signing } = await storedKeys();
    await pass(90 * 86_400 - 60);
    await call(keySet);
    expect((await storedKeys()).signing.kid).toBe(signing.kid);
    await pass(120);
    await call(keySet);
    expect((await storedKeys()).signing.kid).not.toBe(signing.kid);
  });

  test("takes the private part away from the key that signs no more", async () => {
    const { signing } = await storedKeys();
    expect(opened(signing).privateKey).toBeDefined();
    await rotate();
    const stopped = (await readKeys()).keys.find(({ kid }) => kid === signing.kid);
    expect(stopped && opened(stopped).privateKey).toBeUndefined();
  });

  test("waits until everybody can have the next key, and until the last one is gone (K5, K7)", async () => {
    await expect(rotateKeys()).rejects.toThrow("The standby key is not known everywhere before");
    await pass(publishedAheadSeconds);
    await rotateKeys();
    await pass(publishedAheadSeconds);
    await expect(rotateKeys()).rejects.toThrow("The key before this one still verifies, until");
    await pass(overlapSeconds);
    await rotateKeys();
  });

  test("happens once when twenty ask for it (K7)", async () => {
    await pass(publishedAheadSeconds);
    const before = await storedKeys();
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => rotateKeys()));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await storedKeys()).signing.kid).toBe(before.standby.kid);
  });

  test("keeps the old key for as long as its tokens live, in the set and here, and then neither (K6)", async () => {
    const { signing } = await storedKeys();
    await rotate();
    await pass(overlapSeconds - 10);
    expect((await published()).keys.map(({ kid }) => kid)).toContain(signing.kid);
    expect(await verifyAccessToken(ada.accessToken)).not.toBeNull();
    await pass(20);
    expect((await published()).keys.map(({ kid }) => kid)).not.toContain(signing.kid);
    expect(await verifyAccessToken(ada.accessToken)).toBeNull();
  });
});

describe("another algorithm", () => {
  test("takes over once its key is known everywhere, and tokens of the one before are good until they expire (K5)", async () => {
    await write((db) => db.delete(signingKeys));
    const time = (await readKeys()).readAt;
    const [signs, standsBy] = [generateKey(other), generateKey(other)];
    for (const [key, signingSince] of [[signs, time] as const, [standsBy, null] as const]) {
      const row = { kid: key.kid, alg: other, sealed: sealKey(key), publishedAt: time, signingSince, stoppedAt: null };
      await write((db) => db.insert(signingKeys).values(row));
    }
    await pass(0);
    await expect(rotateKeys()).rejects.toThrow("The standby key is not known everywhere before");
    const before = await signUp();
    expect(headerOf(before.accessToken)).toMatchObject({ alg: other, kid: signs.kid });
    await pass(publishedAheadSeconds - 10);
    expect(headerOf((await signUp()).accessToken)).toMatchObject({ alg: other, kid: signs.kid });
    await pass(20);
    const after = await signUp();
    expect((await published()).keys.map(({ kid }) => kid)).not.toContain(standsBy.kid);
    expect(headerOf(after.accessToken)["alg"]).toBe(algorithm);
    await expectOpens(before.accessToken);
    await expectOpens(after.accessToken);
    await pass(overlapSeconds);
    await expectRefused(before.accessToken);
    await expectOpens(after.accessToken);
    const left = (await published()).keys.map(({ kid }) => kid);
    expect([left.length, left.includes(signs.kid), left.includes(standsBy.kid)]).toEqual([2, false, false]);
  });

  test("leaves the set within 1 KB at each moment, right after a rotation too, and a standby key in it", async () => {
    await write((db) => db.delete(signingKeys));
    const time = (await readKeys()).readAt;
    const states = [{ signingSince: time, stoppedAt: time }, { signingSince: time }, {}];
    for (const state of states) {
      const key = generateKey(other);
      const row = { kid: key.kid, alg: other, sealed: sealKey(key), publishedAt: time, ...state };
      await write((db) => db.insert(signingKeys).values(row));
    }
    for (let passed = 0; passed < 3 * (overlapSeconds + publishedAheadSeconds); passed += 60) {
      await pass(60);
      const { text } = await call(keySet);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024);
      await storedKeys();
    }
    expect((await published()).keys.map(({ alg }) => alg)).toEqual([algorithm, algorithm]);
  });

  test("has a key that leaks before its own is there followed by the one that everybody has", async () => {
    await write((db) => db.delete(signingKeys));
    const time = (await readKeys()).readAt;
    const keys = [generateKey(other), generateKey(other), generateKey(other)] as const;
    const states = [{ signingSince: time, stoppedAt: time }, { signingSince: time }, {}];
    for (const [index, key] of keys.entries()) {
      const row = { kid: key.kid, alg: other, sealed: sealKey(key), publishedAt: time, ...states[index] };
      await write((db) => db.insert(signingKeys).values(row));
    }
    await retireKey(keys[1].kid, { now: true });
    expect((await storedKeys()).signing.kid).toBe(keys[2].kid);
  });
});

describe("a key that has leaked", () => {
  test("is refused at once here, for tokens that were seen lately too, and gone from the set (K8, K14)", async () => {
    const { signing } = await storedKeys();
    await expectOpens(ada.accessToken);
    await retireKey(signing.kid, { now: true });
    await pass(0);
    await expectRefused(ada.accessToken);
    expect((await published()).keys.map(({ kid }) => kid)).not.toContain(signing.kid);
    await expectOpens(tokensOf(await refresh(ada.refreshToken)).accessToken);
    expect(events).toContainEqual(expect.objectContaining({ event: "sys_key_retired" }));
  });

  test("may be each of the keys, one after the other: another one signs each time", async () => {
    for (let time = 1; time <= 4; time += 1) {
      const { signing, standby } = await storedKeys();
      await retireKey(standby.kid, { now: true });
      await retireKey(signing.kid, { now: true });
      await pass(0);
      await expectOpens(tokensOf(await refresh((await signUp()).refreshToken)).accessToken);
      const { keys } = await readKeys();
      expect(keys.map(({ kid }) => kid)).not.toContain(signing.kid);
      expect(keys).toHaveLength(3);
    }
  });

  test("is refused by a process that has looked at the keys before, within two seconds (K8)", async () => {
    const { signing } = await storedKeys();
    await expectOpens(ada.accessToken);
    await write((db) => db.delete(signingKeys).where(eq(signingKeys.kid, signing.kid)));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await expectRefused(ada.accessToken);
  });

  test("that there is not is refused", async () => {
    await expect(retireKey("nothing", { now: true })).rejects.toThrow("There is no key nothing.");
    await expect(retireKey("HS256", { now: false })).rejects.toThrow("It has stopped signing");
  });
});

describe("a key that nobody knows", () => {
  test("has the database asked once in 30 seconds at most (K8)", async () => {
    await expectOpens(ada.accessToken);
    const late = await addedElsewhere();
    await expectOpens(sign(late, {}));
    const later = await addedElsewhere();
    await expectRefused(sign(later, {}));
  });
});

describe("a key that no secret opens", () => {
  test("is an outage that says what is missing, and nothing is made in its place", async () => {
    const { signing, standby } = await storedKeys();
    for (const { kid } of [signing, standby])
      await write((db) => db.update(signingKeys).set({ sealed: "x.y" }).where(eq(signingKeys.kid, kid)));
    const before = (await readKeys()).keys;
    await pass(0);
    expectProblem(await refresh(ada.refreshToken), "ServiceUnavailable");
    expectProblem(await call("GET /me", { bearer: ada.accessToken }), "ServiceUnavailable");
    expectProblem(await call(keySet), "ServiceUnavailable");
    expect((await readKeys()).keys).toEqual(before);
    const reasons = events.filter(({ event }) => event === "sys_error").map(({ reason }) => reason);
    expect(reasons.join("\n")).toMatch(/signing key .* can't be opened.*JWT_SECRET_KEY_PREVIOUS/);
    for (const { kid } of [signing, standby]) await retireKey(kid, { now: true });
    await pass(0);
    await expectOpens((await signUp()).accessToken);
  });

  test("is one that was put there by who can write to the database, and opens nothing", async () => {
    const { signing } = await storedKeys();
    const mine = generateKey(algorithm);
    const plain = keyToBytes({ ...mine, privateKey: undefined }).toString("base64url");
    for (const sealed of [plain, `${signing.sealed?.split(".")[0]}.${plain}`, signing.sealed]) {
      await insert(mine.kid, sealed);
      await pass(0);
      expectProblem(await call("GET /me", { bearer: sign(mine, {}) }), "ServiceUnavailable");
      await write((db) => db.delete(signingKeys).where(eq(signingKeys.kid, mine.kid)));
    }
  });
});

describe("a key whose sealed part is gone", () => {
  test("is an outage too: it is never taken for none", async () => {
    const { signing } = await storedKeys();
    await write((db) => db.update(signingKeys).set({ sealed: null }).where(eq(signingKeys.kid, signing.kid)));
    await pass(0);
    expectProblem(await call("GET /me", { bearer: ada.accessToken }), "ServiceUnavailable");
    expectProblem(await call(keySet), "ServiceUnavailable");
    expectProblem(await refresh(ada.refreshToken), "ServiceUnavailable");
  });
});

describe("a clock of the database that was ahead", () => {
  test("leaves no key, and not HS256, taken for longer than from when it was set right", async () => {
    await write((db) => db.delete(signingKeys));
    await pass(100 * 86_400);
    await call(keySet);
    await rotate();
    const old = withHs256(environment.JWT_SECRET_KEY);
    const stopped = (await readKeys()).keys.find(({ kid, stoppedAt }) => kid !== "HS256" && stoppedAt);
    aheadMs = 0;
    await pass(0);
    await expectOpens(old);
    await pass(overlapSeconds + 10);
    await expectRefused(old);
    const { keys } = await published();
    expect(keys.map(({ kid }) => kid)).not.toContain(stopped?.kid);
    await rotateKeys();
  });
});

describe("an event sink that never answers", () => {
  test("keeps nobody waiting for a key", async () => {
    const isSlow = (): Promise<void> => new Promise(() => undefined);
    eventSinks.push(isSlow);
    try {
      await pass(100 * 86_400);
      await expectOpens(ada.accessToken);
      expect((await call(keySet)).status).toBe(200);
    } finally {
      eventSinks.splice(eventSinks.indexOf(isSlow), 1);
    }
  });
});

describe("tokens of HS256, from before there were keys", () => {
  const hs256 = (): string => withHs256(environment.JWT_SECRET_KEY);

  test("are taken for the life of one, from the moment that the keys were made, and by no process longer (K13)", async () => {
    await expectOpens(hs256());
    await pass(overlapSeconds - 10);
    await expectOpens(hs256());
    const old = hs256();
    await expectOpens(old);
    await pass(20);
    await expectRefused(old);
    await expectRefused(hs256());
    await expectOpens(tokensOf(await refresh(ada.refreshToken)).accessToken);
  });

  test("are refused at once when their secret has leaked", async () => {
    const old = hs256();
    await expectOpens(old);
    await retireKey("HS256", { now: true });
    await pass(0);
    await expectRefused(old);
    await pass(100 * 86_400);
    await call(keySet);
    await expectRefused(hs256());
  });
});

describe("while the database is out", () => {
  test("tokens are good and signed with what was known last, for ten seconds; then it is an outage, and nothing opens", async () => {
    expect(await verifyAccessToken(ada.accessToken)).not.toBeNull();
    const monotonic = performance.now.bind(performance);
    await duringOutage(async () => {
      try {
        performance.now = () => monotonic() + 5_000;
        expect(await verifyAccessToken(ada.accessToken)).not.toBeNull();
        expect(await verifyAccessToken(await signAccessToken(subject, 60))).not.toBeNull();
        performance.now = () => monotonic() + 10_000;
        await expect(async () => verifyAccessToken(ada.accessToken)).rejects.toMatchObject({
          code: "ServiceUnavailable",
        });
        await expect(signAccessToken(subject, 60)).rejects.toMatchObject({ code: "ServiceUnavailable" });
      } finally {
        performance.now = monotonic;
      }
    });
    await expectOpens((await signUp()).accessToken);
  });
});

interface PublishedJwk extends JsonWebKey {
  kty: "EC";
  crv: string;
  x: string;
  y: string;
  kid: string;
}

/** Lets `seconds` pass by the clock of the keys. What was known of them is too old then. */
async function pass(seconds: number): Promise<void> {
  aheadMs += seconds * 1000;
  await closeKeyRing();
}

async function rotate(): Promise<void> {
  await pass(publishedAheadSeconds + overlapSeconds);
  await rotateKeys();
  await pass(0);
}

async function retireNow(): Promise<void> {
  await retireKey((await storedKeys()).signing.kid, { now: true });
  await pass(0);
}

async function storedKeys(): Promise<{ signing: StoredKey; standby: StoredKey }> {
  const { keys } = await readKeys();
  const signing = keys.find(({ signingSince, stoppedAt }) => signingSince && !stoppedAt);
  const standby = keys.find(({ signingSince, stoppedAt }) => !signingSince && !stoppedAt);
  if (!signing || !standby) throw new Error("A key is missing.");
  return { signing, standby };
}

/** A key that another process has just made, in an emergency: it signs at once. */
async function addedElsewhere(): Promise<SigningKey> {
  const key = generateKey(algorithm);
  await insert(key.kid, sealKey(key));
  return key;
}

async function insert(kid: string, sealed: string | null): Promise<void> {
  const time = (await readKeys()).readAt;
  const row = { kid, sealed, alg: algorithm, publishedAt: time, signingSince: time, stoppedAt: time };
  await write((db) => db.insert(signingKeys).values(row));
}

function opened({ kid, sealed }: StoredKey): SigningKey {
  const key = openKey(kid, sealed ?? "");
  if (!key) throw new Error("The key does not open.");
  return key;
}

function secretsOf(keys: readonly SigningKey[]): string[] {
  return keys.flatMap(({ privateKey }) => privateKey?.export({ format: "jwk" }).d ?? []);
}

async function published(): Promise<{ keys: PublishedJwk[] }> {
  const { status, body } = await call<{ keys: PublishedJwk[] }>(keySet);
  expect(status).toBe(200);
  return body;
}

function publicKeyOf(key: JsonWebKey | undefined) {
  return createPublicKey({ key: key ?? {}, format: "jwk" });
}

function headerOf(token: string): Record<string, unknown> {
  const text = Buffer.from(token.split(".")[0] ?? "", "base64url").toString("utf8");
  return JSON.parse(text) as Record<string, unknown>;
}

/** Ada's token with another header, signed by whoever has the key. `undefined` leaves a member out. */
function sign({ privateKey, kid, alg }: SigningKey, header: object): string {
  const head = encode({ alg, typ: "at+jwt", kid, ...header });
  const body = encode({ ...(jwt.decode(ada.accessToken) as object), jti: Math.random().toString() });
  const signer = createSign(alg === "ES256" ? "sha256" : "sha512").update(`${head}.${body}`);
  const signature = signer.sign({ key: privateKey as never, dsaEncoding: "ieee-p1363" });
  return `${head}.${body}.${signature.toString("base64url")}`;
}

function withHs256(secret: string, kid?: string): string {
  const head = encode({ alg: "HS256", typ: "at+jwt", kid });
  const body = encode({ ...(jwt.decode(ada.accessToken) as object), jti: Math.random().toString() });
  return `${head}.${body}.${createHmac("sha256", secret).update(`${head}.${body}`).digest("base64url")}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

async function expectOpens(token: string): Promise<void> {
  expect((await call("GET /me", { bearer: token })).status).toBe(200);
}

async function expectRefused(token: string): Promise<void> {
  expectProblem(await call("GET /me", { bearer: token }), "InvalidAccessToken");
}
