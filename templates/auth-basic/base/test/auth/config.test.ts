import "./test-environment.js";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/auth/config.js";
import { AuthError, errorTable, shownCode } from "../../src/auth/errors.js";
import { eventSinks } from "../../src/auth/events.js";
import { match } from "./shapes.js";
import { environment } from "./test-environment.js";

// What the module is told by its environment, and the lists that a client can rely on.

const { JWT_SECRET_KEY, JWT_ISSUER, PASSWORD_PEPPER } = environment;
const needed = { JWT_SECRET_KEY, JWT_ISSUER, PASSWORD_PEPPER };

describe("the environment", () => {
  test("needs three variables, and has a default for everything else", () => {
    expect(readConfig(needed)).toEqual({
      jwtSecretKey: JWT_SECRET_KEY,
      jwtSecretKeyPrevious: undefined,
      jwtIssuer: JWT_ISSUER,
      passwordPepper: PASSWORD_PEPPER,
      passwordPepperPrevious: undefined,
      databaseUrl: undefined,
      databaseEncryptionKey: undefined,
      databasePoolSize: 10,
      asksDatabaseAtStart: true,
      rateLimit: true,
      accessTokenSeconds: 15 * 60,
      refreshTokenSeconds: 31 * 24 * 60 * 60,
      sessionMaxSeconds: 365 * 24 * 60 * 60,
      refreshGraceSeconds: 0,
      bcryptCost: 12,
    });
  });

  test("is read once, and nobody changes it afterwards", () => {
    expect(Object.isFrozen(readConfig(needed))).toBe(true);
  });

  test("takes fractions of minutes and days, so that a test can have them as short as a second", () => {
    const config = readConfig({ ...needed, ACCESS_TOKEN_MINUTES: "0.05", REFRESH_TOKEN_DAYS: "0.0001" });
    expect([config.accessTokenSeconds, config.refreshTokenSeconds]).toEqual([3, 8.64]);
  });

  test("takes an empty value for none", () => {
    const empty = { DATABASE_URL: "", JWT_SECRET_KEY_PREVIOUS: "", AUTH_RATE_LIMIT: "", BCRYPT_COST: "" };
    expect(readConfig({ ...needed, ...empty })).toEqual(readConfig(needed));
  });

  test("can turn the throttle off", () => {
    expect(readConfig({ ...needed, AUTH_RATE_LIMIT: "off" }).rateLimit).toBe(false);
  });

  const refused: [name: string, values: (string | undefined)[]][] = [
    ["JWT_SECRET_KEY", [undefined, "", "s3cret", "k".repeat(64), `change-me-${"0123456789abcdef".repeat(3)}`]],
    ["JWT_SECRET_KEY_PREVIOUS", ["s3cret"]],
    ["JWT_ISSUER", [undefined, "", "  "]],
    ["PASSWORD_PEPPER", [undefined, "", "pepper", "p".repeat(64)]],
    ["PASSWORD_PEPPER_PREVIOUS", ["pepper"]],
    ["DATABASE_ENCRYPTION_KEY", ["1234"]],
    ["DATABASE_POOL_SIZE", ["0", "201", "2.5", "x"]],
    ["AUTH_RATE_LIMIT", ["no", "true", "0"]],
    ["ACCESS_TOKEN_MINUTES", ["0", "-1", "soon", "15m", "1e3", "Infinity", "1441", "0x10"]],
    ["REFRESH_TOKEN_DAYS", ["0", "-1", "31d", "99999"]],
    ["SESSION_MAX_DAYS", ["0", "never"]],
    ["REFRESH_GRACE_SECONDS", ["-1", "301", "x"]],
    ["BCRYPT_COST", ["3", "17", "12.5", "x"]],
  ];
  for (const [name, values] of refused) {
    test(`is refused, naming ${name}, when that is missing, weak or can't be read; the value is not repeated`, () => {
      for (const value of values) {
        const error = errorOf(() => readConfig({ ...needed, [name]: value }));
        expect(error).toBeInstanceOf(AuthError);
        expect(error).toMatchObject({ code: "JWTEnvVariableMissing", message: match.stringMatching(`^${name} `) });
        if (value && value.length > 2) expect(error?.message).not.toContain(value);
      }
    });
  }

  test("is refused, naming both, when one secret is for two purposes", () => {
    const { JWT_SECRET_KEY_PREVIOUS: key } = environment;
    for (const [name, other] of [
      ["PASSWORD_PEPPER", "JWT_SECRET_KEY"],
      ["PASSWORD_PEPPER_PREVIOUS", "JWT_SECRET_KEY"],
      ["DATABASE_ENCRYPTION_KEY", "JWT_SECRET_KEY"],
      ["PASSWORD_PEPPER", "JWT_SECRET_KEY_PREVIOUS"],
      ["DATABASE_ENCRYPTION_KEY", "PASSWORD_PEPPER_PREVIOUS"],
    ] as const) {
      const message = errorOf(() => readConfig({ ...needed, [name]: key, [other]: key }))?.message;
      expect(message).toContain(name);
      expect(message).toContain(other);
      expect(message).not.toContain(key);
    }
    const same = { JWT_SECRET_KEY: key, JWT_SECRET_KEY_PREVIOUS: key };
    expect(readConfig({ ...needed, ...same }).jwtSecretKeyPrevious).toBe(key);
  });

  test("of production refuses a cheap hash", () => {
    const cheap = { ...needed, BCRYPT_COST: "9" };
    expect(readConfig(cheap).bcryptCost).toBe(9);
    expect(errorOf(() => readConfig({ ...cheap, NODE_ENV: "production" }))?.message).toMatch(/^BCRYPT_COST /);
  });
});

describe("the errors", () => {
  test("have the documented statuses and codes: those of the standards, or those of Auth Basic", () => {
    const standards = { login: [401, "InvalidLoginCredentials"], token: [401, "InvalidAccessToken"] };
    const authBasic = { login: [409, "InvalidLoginCredentials"], token: [403, "ForbiddenError"] };
    const here = { login: shown("InvalidLoginCredentials"), token: shown("InvalidAccessToken") };
    expect([standards, authBasic]).toContainEqual(here);
    const others = Object.keys(errorTable).filter((code) => !/^Invalid/.test(code)) as (keyof typeof errorTable)[];
    expect(Object.fromEntries(others.map((code) => [code, shown(code)]))).toEqual({
      UsernameNotAvailable: [409, "UsernameNotAvailable"],
      FieldNotAvailable: [409, "FieldNotAvailable"],
      AccountInUse: [409, "AccountInUse"],
      NotAuthenticated: [401, "NotAuthenticated"],
      ForbiddenError: [403, "ForbiddenError"],
      WrongPassword: [403, "WrongPassword"],
      JWTEnvVariableMissing: [500, "JWTEnvVariableMissing"],
      ValidationError: [400, "ValidationError"],
      NotFound: [404, "NotFound"],
      PayloadTooLarge: [413, "PayloadTooLarge"],
      UnsupportedMediaType: [415, "UnsupportedMediaType"],
      TooManyRequests: [429, "TooManyRequests"],
      InternalError: [500, "InternalError"],
      ServiceUnavailable: [503, "ServiceUnavailable"],
    });
  });
});

describe("the log", () => {
  test("is one line of JSON for each event, whatever a client calls itself", () => {
    const lines: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
    try {
      const client = { ip: "192.0.2.1", userAgent: 'a"\n{"event":"forged"}' };
      for (const sink of eventSinks) void sink({ event: "authn_login_fail", outcome: "failure", userId: "u", client });
    } finally {
      process.stdout.write = write;
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      time: match.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: "authn_login_fail",
      outcome: "failure",
      userId: "u",
      ip: "192.0.2.1",
      userAgent: 'a"\n{"event":"forged"}',
    });
  });
});

function shown(code: keyof typeof errorTable): [number, string] {
  return [errorTable[code].status, shownCode(code)];
}

function errorOf(work: () => unknown): Error | undefined {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}
