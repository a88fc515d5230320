import { join } from "node:path";
import fs from "fs-extra";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ComposedApp, composeApp } from "../support/compose.js";
import { repo } from "../support/template-tree.js";

// The published vectors of WebAuthn, through the code that lands: what passes under its policy, and what must not.

type Bytes = Readonly<Record<string, string>>;

interface Vector {
  readonly name: string;
  readonly registration: Bytes;
  readonly authentication: Bytes;
}

const vectors: { rpId: string; origin: string; cases: Vector[] } = fs.readJsonSync(
  join(repo, "test/vectors/webauthn-l3.json"),
);

/** Framed by a page of others, or for an algorithm that is not offered. */
const refused = ["none-es256-crossOrigin", "none-es256-topOrigin", "packed-es384", "packed-es512", "packed-ed448"];
const good = vectors.cases.filter(({ name }) => !refused.includes(name));
const byName = (cases: readonly Vector[]) => cases.map((one) => [one.name, one] as const);

let app: ComposedApp;
// biome-ignore lint/suspicious/noExplicitAny: a module of the composed tree
let ceremonies: any;

beforeAll(async () => {
  app = await composeApp({ items: ["auth-passkeys"] });
  for (const name of ["JWT_SECRET_KEY", "PASSWORD_PEPPER", "JWT_ISSUER"])
    vi.stubEnv(name, `${name} of these tests, long`);
  ceremonies = await import(join(app.dir, "src/auth/passkeys/ceremonies.ts"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await app.remove();
});

const base64url = (hex: string | undefined): string => Buffer.from(hex ?? "", "hex").toString("base64url");
const ours = { rpId: vectors.rpId, origins: [vectors.origin] };

function register({ registration }: Vector, expected: object = {}, changes: Bytes = {}) {
  const { challenge, credential_id: id, clientDataJSON, attestationObject } = { ...registration, ...changes };
  const response = {
    clientDataJSON: base64url(clientDataJSON),
    attestationObject: base64url(attestationObject),
  };
  const wanted = { ...ours, challenge: base64url(challenge), verifiesUser: false, ...expected };
  return ceremonies.verifyRegistration({ id: base64url(id), response }, wanted);
}

function authenticate({ registration, authentication }: Vector, publicKey: string, expected = {}, changes = {}) {
  const { challenge, clientDataJSON, authenticatorData, signature } = { ...authentication, ...changes } as Bytes;
  const response = {
    clientDataJSON: base64url(clientDataJSON),
    authenticatorData: base64url(authenticatorData),
    signature: base64url(signature),
  };
  const wanted = { ...ours, challenge: base64url(challenge), verifiesUser: false, ...expected };
  return ceremonies.verifyAssertion({ id: base64url(registration["credential_id"]), response }, publicKey, wanted);
}

const flagsOf = (authenticatorData = "") => Buffer.from(authenticatorData, "hex")[32] ?? 0;
const verified = 0x04;

describe.each(byName(good))("%s", (_name, vector) => {
  test("is registered, whatever its attestation says, and its signature is right (W16, W19)", async () => {
    const credential = await register(vector);
    expect(credential).toMatchObject({ id: base64url(vector.registration["credential_id"]) });
    const flags = flagsOf(vector.authentication["authenticatorData"]);
    expect(await authenticate(vector, credential.publicKey)).toMatchObject({
      isPresent: true,
      isVerified: (flags & verified) !== 0,
    });
  });

  test("logs nobody in without user verification (W1)", async () => {
    const { publicKey } = await register(vector);
    const isVerified = (flagsOf(vector.authentication["authenticatorData"]) & verified) !== 0;
    const assertion = await authenticate(vector, publicKey, { verifiesUser: true });
    expect(assertion !== null).toBe(isVerified);
  });

  test("is refused with another domain, origin or challenge, under another id, and with any bit changed (W5, W6)", async () => {
    const { publicKey } = await register(vector);
    const others = [
      { rpId: "example.com" },
      { origins: ["https://example.org/"] },
      { origins: ["http://example.org"] },
      { origins: [] },
      { challenge: base64url(vector.registration["challenge"]).toLowerCase() },
    ];
    for (const other of others) {
      expect(await register(vector, other)).toBeNull();
      expect(await authenticate(vector, publicKey, { ...other })).toBeNull();
    }
    expect(await register(vector, {}, { credential_id: `${vector.registration["credential_id"]}00` })).toBeNull();
    for (const member of ["authenticatorData", "signature", "clientDataJSON"]) {
      const hex = vector.authentication[member] ?? "";
      const changed = `${hex.slice(0, -2)}${hex.endsWith("00") ? "01" : "00"}`;
      expect(await authenticate(vector, publicKey, {}, { [member]: changed })).toBeNull();
    }
  });

  test("is refused when anything is cut off its end or stands behind it (W15)", async () => {
    const { publicKey } = await register(vector);
    for (const change of [(hex: string) => `${hex}00`, (hex: string) => hex.slice(0, -2)]) {
      for (const member of ["attestationObject", "clientDataJSON"])
        expect(await register(vector, {}, { [member]: change(vector.registration[member] ?? "") })).toBeNull();
      for (const member of ["authenticatorData", "signature", "clientDataJSON"]) {
        const changed = { [member]: change(vector.authentication[member] ?? "") };
        expect(await authenticate(vector, publicKey, {}, changed)).toBeNull();
      }
    }
  });
});

test("all but five of the fifteen pass", () => {
  expect(vectors.cases).toHaveLength(15);
  expect(good).toHaveLength(10);
});

test.each(byName(vectors.cases.filter(({ name }) => refused.includes(name))))(
  "%s is refused: a page of others, or an algorithm that is not offered (W6, W16)",
  async (_name, vector) => {
    expect(await register(vector)).toBeNull();
    const { publicKey } = await register(good[0] as Vector);
    expect(await authenticate(vector, publicKey)).toBeNull();
  },
);

test("a signature over a page of others is refused also where the key is good (W6)", async () => {
  const framed = vectors.cases.filter(({ name }) => /crossOrigin|topOrigin/.test(name));
  expect(framed).toHaveLength(2);
  for (const vector of framed) {
    // The key as it stands in the vector: registered in a way that our policy refuses.
    const object = Buffer.from(vector.registration["attestationObject"] ?? "", "hex");
    const key = object.subarray(object.indexOf(Buffer.from("a5010203262001215820", "hex"))).toString("base64url");
    expect(await authenticate(vector, key)).toBeNull();
  }
});
