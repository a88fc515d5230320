import { randomBytes, randomInt } from "node:crypto";
import { join } from "node:path";
import { x } from "tinyexec";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ComposedApp, composeApp } from "../support/compose.js";
import { unrun, whyNot } from "../support/needs.js";

// Codes, with a phone that somebody else has written: oathtool of OATH Toolkit.

const missing = whyNot(["oathtool"]);

let app: ComposedApp;
// biome-ignore lint/suspicious/noExplicitAny: a module of the composed tree
let codes: any;

beforeAll(async () => {
  app = await composeApp({ items: ["auth-totp"] });
  for (const name of ["JWT_SECRET_KEY", "PASSWORD_PEPPER", "JWT_ISSUER"])
    vi.stubEnv(name, `${name} of these tests, long`);
  codes = await import(join(app.dir, "src/auth/totp/codes.ts"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await app.remove();
});

describe.skipIf(missing)(`oathtool as the phone${unrun(missing)}`, () => {
  test("its codes are taken for their step, over many secrets and times", async () => {
    for (let one = 0; one < 100; one++) {
      const [secret, seconds] = [randomBytes(20), randomInt(4_000_000_000)];
      const typed = await oathtool(codes.base32Of(secret), seconds);
      expect(codes.stepOf(typed, secret, seconds)).toBe(Math.floor(seconds / 30));
    }
  });

  test("what is taken is a code of its own within one step, and nothing else is", async () => {
    const secret = codes.newSecret();
    const seconds = 1_800_000_015;
    const around = await Promise.all(
      [-90, -60, -30, 0, 30, 60].map((off) => oathtool(codes.base32Of(secret), seconds + off)),
    );
    const good = new Set(around.slice(2, 5));
    const others = Array.from({ length: 2_000 }, (_, code) => String(code).padStart(6, "0"));
    for (const code of [...others, ...around])
      expect(codes.stepOf(code, secret, seconds) !== null).toBe(good.has(code));
  });

  test("it reads the secret and the settings in the URI that a QR code shows", async () => {
    const secret = codes.newSecret();
    const { searchParams } = new URL(codes.uriOf(secret, "ada byron@example.org"));
    const [algorithm, digits, period] = ["algorithm", "digits", "period"].map((name) => searchParams.get(name) ?? "");
    const flags = [`--totp=${algorithm}`, `--digits=${digits}`, `--time-step-size=${period}s`];
    const typed = await oathtool(searchParams.get("secret") ?? "", 1_800_000_000, flags);
    expect(codes.stepOf(typed, secret, 1_800_000_000)).toBe(60_000_000);
  });
});

async function oathtool(secret: string, seconds: number, flags = ["--totp"]): Promise<string> {
  const at = `--now=${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const { stdout } = await x("oathtool", [...flags, "--base32", at, secret], { throwOnError: true });
  return stdout.trim();
}
