import { createPrivateKey, createPublicKey, type JsonWebKey } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ComposedApp, composeApp } from "../support/compose.js";
import { es256Groups, printedSignatures, readVectors } from "../support/signature-vectors.js";

// Published vectors, through the code that lands.

/** No access token is signed with Ed25519. */
const signatures = printedSignatures().filter(({ alg }) => alg !== "Ed25519");
const groups = es256Groups();
const { keys } = readVectors("wycheproof-jwk-ec") as { keys: { comment: string; key: JsonWebKey }[] };

let app: ComposedApp;
// biome-ignore lint/suspicious/noExplicitAny: modules of the composed tree
const modules = {} as { jwk: any; jws: any; config: any };

beforeAll(async () => {
  app = await composeApp({ items: ["auth-jwks"] });
  for (const name of ["JWT_SECRET_KEY", "PASSWORD_PEPPER", "JWT_ISSUER"])
    vi.stubEnv(name, `${name} of these tests, long`);
  for (const name of ["jwk", "jws", "config"] as const)
    modules[name] = await import(join(app.dir, `src/auth/jwks/${name}.ts`));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await app.remove();
});

/** What the code says of a token that is in the one form that `access-token.ts` lets through. */
function verifies(jwk: JsonWebKey, token: string): boolean {
  const isCanonical = token.split(".").every((part) => part === Buffer.from(part, "base64url").toString("base64url"));
  const { kty = "", crv = "", x = "", y = "" } = jwk;
  const key = modules.jwk.signingKey(createPublicKey({ key: { kty, crv, x, y }, format: "jwk" }));
  return isCanonical && modules.jws.payloadSignedBy(key, token) !== null;
}

test.each(signatures.map((one) => [one.from, one] as const))(
  "the signature of %s is good, and no other",
  (_from, one) => {
    const ofLongAgo = new Date("2011-01-01");
    vi.useFakeTimers({ toFake: ["Date"], now: ofLongAgo });
    try {
      expect(verifies(one.key, one.compact)).toBe(true);
      const [head = "", body = "", signature = ""] = one.compact.split(".");
      for (const at of [0, 10, signature.length - 2]) {
        const letter = signature[at] === "A" ? "B" : "A";
        const other = signature.slice(0, at) + letter + signature.slice(at + 1);
        expect(verifies(one.key, `${head}.${body}.${other}`)).toBe(false);
      }
      expect(verifies(one.key, `${head}.${body}x.${signature}`)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  },
);

test.each(signatures.map((one) => [one.from, one] as const))("the key of %s signs what it verifies", (_from, one) => {
  const key = modules.jwk.signingKey(createPrivateKey({ key: one.key, format: "jwk" }));
  expect(key.alg).toBe(one.alg);
  const token = modules.jws.signWith(key, { sub: "somebody" }, "at+jwt");
  expect(verifies(one.key, token)).toBe(true);
});

describe.each(groups.map((group) => [group.comment, group] as const))("Wycheproof, %s", (_comment, { key, tests }) => {
  test.each(tests.map((one) => [one.tcId, one.comment, one.result, one] as const))(
    "%i, %s: %s",
    (_id, _what, result, { jws }) => {
      expect(verifies(key, jws)).toBe(result === "valid");
    },
  );
});

test.each(keys.map(({ comment, key }) => [comment, key] as const))(
  "Wycheproof: a key with %s is none for JWT_PRIVATE_KEY",
  (_comment, key) => {
    expect(() => modules.config.readPrivateKey({ JWT_PRIVATE_KEY: JSON.stringify(key) })).toThrow(
      /^JWT_PRIVATE_KEY is/,
    );
  },
);
