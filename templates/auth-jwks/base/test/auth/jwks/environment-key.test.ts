import "../test-environment.js";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { algorithm } from "../../../src/auth/jwks/algorithm.js";
import { readJwksConfig } from "../../../src/auth/jwks/config.js";
import { generateKey, thumbprint } from "../../../src/auth/jwks/jwk.js";
import { ringOf } from "../../../src/auth/jwks/key-in-environment.js";

// One key in the environment, in whatever spelling it survives there.

const other = algorithm === "ES256" ? "ES512" : "ES256";
const { kid, privateKey = noKey() } = generateKey(algorithm);
const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const sec1 = privateKey.export({ format: "pem", type: "sec1" }).toString();
const jwk = privateKey.export({ format: "jwk" });
/** As `openssl ecparam -genkey` writes it first: the name of P-256. */
const curveParameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

describe("JWT_PRIVATE_KEY (K10)", () => {
  test.each([
    ["PKCS #8 in base64", pkcs8.toString("base64")],
    ["PKCS #8 in base64url", pkcs8.toString("base64url")],
    ["base64 in lines", pkcs8.toString("base64").replace(/.{64}/g, "$&\n")],
    ["a JWK", JSON.stringify(jwk)],
    [
      "a JWK that says what it is for",
      JSON.stringify({ ...jwk, use: "sig", alg: algorithm, key_ops: ["sign"], kid: "1" }),
    ],
    ["a JWK in lines", JSON.stringify(jwk, null, 2)],
    ["PEM", pem],
    ["PEM with the lines of Windows", pem.replace(/\n/g, "\r\n")],
    ["PEM with escaped newlines", pem.replace(/\n/g, "\\n")],
    ["PEM with escaped newlines of Windows", pem.replace(/\n/g, "\\r\\n")],
    ["PEM with spaces in place of newlines", pem.trim().replace(/\n/g, " ")],
    ["PEM with its quotes", `"${pem.trim().replace(/\n/g, "\\n")}"`],
    ["PEM as OpenSSL has it", sec1],
    ["that with escaped newlines", sec1.replace(/\n/g, "\\n")],
    ["that behind the parameters of its curve", `${curveParameters}${sec1}`],
    [
      "PEM behind what a key store says of it",
      `Bag Attributes\n    friendlyName: key\nKey Attributes: <No Attributes>\n${pem}`,
    ],
    ["PEM with newlines that were escaped twice", pem.replace(/\n/g, "\\\\n")],
    ["a file of PEM in base64", Buffer.from(pem).toString("base64")],
    ["a file of PEM as OpenSSL has it in base64", Buffer.from(curveParameters + sec1).toString("base64")],
    ["a JWK in base64", Buffer.from(JSON.stringify(jwk, null, 2)).toString("base64url")],
  ])("may be %s", (_what, value) => {
    const read = readJwksConfig({ JWT_PRIVATE_KEY: ` ${value} ` }).privateKey;
    expect([read?.kid, read?.alg]).toEqual([kid, algorithm]);
    expect(read?.privateKey?.equals(privateKey)).toBe(true);
  });

  test.each([
    ["no key", "a secret of thirty-two characters"],
    ["half a key", pkcs8.toString("base64").slice(0, 80)],
    ["PEM without its end", pem.slice(0, -30)],
    ["PEM of nothing", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"],
    ["a public key", createPublicKey(privateKey).export({ format: "pem", type: "spki" }).toString()],
    ["a public JWK", JSON.stringify({ ...jwk, d: undefined })],
    ["a JWK whose parts are of two keys", JSON.stringify({ ...jwk, d: secretOf(generateKey(algorithm).privateKey) })],
    ["a JWK off the curve", JSON.stringify({ ...jwk, x: jwk.y, y: jwk.x })],
    ["a JWK for encryption", JSON.stringify({ ...jwk, use: "enc" })],
    ["a JWK for another algorithm", JSON.stringify({ ...jwk, alg: other })],
    ["a JWK that may only verify", JSON.stringify({ ...jwk, key_ops: ["verify"] })],
    ["two keys", pem + pemOf(generateKey(algorithm).privateKey ?? noKey())],
    ["a file of nothing in base64", Buffer.from("-----BEGIN PRIVATE KEY-----").toString("base64")],
    ["JSON that is no JWK", "{}"],
    ["broken JSON", "{"],
    ["PEM under a passphrase", encrypted()],
    ["of another curve", pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey)],
    ["of the other algorithm", pemOf(generateKey(other).privateKey ?? noKey())],
    ["RSA", pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)],
    ["Ed25519", pemOf(generateKeyPairSync("ed25519").privateKey)],
    ["of another variable", ["$", "{SECRETS_KEY}"].join("")],
  ])("that is %s is an error that names it, and holds nothing of it", (_what, value) => {
    const failure = failureOf(() => readJwksConfig({ JWT_PRIVATE_KEY: value }));
    expect(failure).toMatchObject({ code: "JWTEnvVariableMissing" });
    expect(failure.message).toMatch(/^JWT_PRIVATE_KEY /);
    for (const line of value.split(/\\n|\n/).filter((one) => one.length > 12 && !one.startsWith("-----")))
      expect(failure.message).not.toContain(line);
  });

  test("is none where it is empty, and in tests, which have a database of their own", () => {
    expect(readJwksConfig({}).privateKey).toBeUndefined();
    expect(readJwksConfig({ JWT_PRIVATE_KEY: "  " }).privateKey).toBeUndefined();
    expect(readJwksConfig({ JWT_PRIVATE_KEY: pem, NODE_ENV: "test" }).privateKey).toBeUndefined();
  });

  test("is the one key there is, and HS256 is taken until the time that is set beside it (K13)", () => {
    const { privateKey: key } = readJwksConfig({ JWT_PRIVATE_KEY: pem });
    const until = (ms: number) => ringOf(key ?? noKey(), new Date(Date.now() + ms));
    expect([...until(0).keys.keys()]).toEqual([kid]);
    expect(until(0).signing).toBe(kid);
    expect(until(60_000).takesHs256).toBe(true);
    expect(until(-1).takesHs256).toBe(false);
    expect(ringOf(key ?? noKey(), undefined).takesHs256).toBe(false);
  });
});

describe("JWT_HS256_UNTIL", () => {
  test("is a month ahead at most: HS256 would be taken for good", () => {
    const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
    expect(readJwksConfig({ JWT_HS256_UNTIL: days(30) }).hs256Until).toBeDefined();
    const failure = failureOf(() => readJwksConfig({ JWT_HS256_UNTIL: days(32) }));
    expect(failure.message).toMatch(/^JWT_HS256_UNTIL is more than 31 days ahead/);
  });

  test.each(["2026-01-31T12:00:00Z", "2026-01-31T13:00+01:00", "2026-01-31T12:00:00.000Z"])("may be %s", (text) => {
    expect(readJwksConfig({ JWT_HS256_UNTIL: text }).hs256Until).toEqual(new Date("2026-01-31T12:00:00Z"));
  });

  test.each(["tomorrow", "2026-01-31", "2026-01-31T12:00:00", "2026-02-31T25:00:00Z", "1769860800"])(
    "that is %s is an error that names it",
    (text) => {
      const failure = failureOf(() => readJwksConfig({ JWT_HS256_UNTIL: text }));
      expect(failure.message).toMatch(/^JWT_HS256_UNTIL must be a time/);
    },
  );
});

test("a thumbprint is that of RFC 7638, of an elliptic curve key too", () => {
  // RFC 7515, appendix A.3: the key. Its thumbprint by RFC 7638, section 3.
  const key = {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  } as const;
  expect(thumbprint({ ...key, d: "secret", kid: "1" } as typeof key)).toBe(
    "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
  );
});

function failureOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing has failed.");
}

function pemOf(key: KeyObject): string {
  return key.export({ format: "pem", type: "pkcs8" }).toString();
}

function secretOf(key: KeyObject | undefined): string | undefined {
  return key?.export({ format: "jwk" }).d;
}

function encrypted(): string {
  const options = { format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" } as const;
  return createPrivateKey(pem).export(options).toString();
}

function noKey(): never {
  throw new Error("There is no key.");
}
