import "../test-environment.js";
import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createVault, notOpened } from "../../../src/auth/vault/at-rest.js";
import { outdatedRows, rekey } from "../../../src/auth/vault/rekey.js";
import { type SealedColumn, sealedColumns } from "../../../src/auth/vault/sealed-columns.js";
import { now, read, write } from "../../../src/db/client.js";
import { users } from "../../../src/db/schema/auth.js";
import { call, startAuth, stopAuth } from "../client.js";
import { duringOutage } from "../database.js";
import { environment } from "../test-environment.js";

// What the database has to keep and nobody may read in it. Here a column that is there anyway holds it.

const vault = createVault("tests");
const column: SealedColumn = { name: "tests", vault, row: users.id, sealed: users.displayName };
const { JWT_SECRET_KEY: current, JWT_SECRET_KEY_PREVIOUS: previous } = environment;

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

describe("what is sealed", () => {
  const plain = Buffer.from("a secret");

  test("opens in the row it was sealed for, and in no other", () => {
    const sealed = vault.seal(plain, "row 1");
    expect(vault.open(sealed, "row 1")).toEqual(plain);
    expect(vault.open(sealed, "row 2")).toBeNull();
    expect(sealed).not.toContain("secret");
    expect(vault.seal(plain, "row 1")).not.toBe(sealed);
  });

  test("opens for its purpose, and for no other", () => {
    expect(createVault("others").open(vault.seal(plain, "row 1"), "row 1")).toBeNull();
  });

  test("does not open when a bit of it has changed, or something is missing", () => {
    const sealed = vault.seal(plain, "row 1");
    const [id = "", text = ""] = sealed.split(".");
    const bytes = Buffer.from(text, "base64url");
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
      expect(vault.open(`${id}.${changed.toString("base64url")}`, "row 1")).toBeNull();
    }
    for (const cut of ["", id, `${id}.`, sealed.slice(0, -8), text, `.${text}`, `${id}.AAAA`])
      expect(vault.open(cut, "row 1")).toBeNull();
  });

  test("is as it is documented, and that of JWT_SECRET_KEY_PREVIOUS opens too", () => {
    expect(vault.open(sealedWith(current, "row 1", plain), "row 1")).toEqual(plain);
    expect(vault.open(sealedWith(previous, "row 1", plain), "row 1")).toEqual(plain);
    expect(vault.open(sealedWith(randomBytes(32).toString("hex"), "row 1", plain), "row 1")).toBeNull();
    expect(sealedWith(current, "row 1", plain).startsWith(vault.prefix)).toBe(true);
  });

  test("and does not open is an outage, whose reason stands in the log alone", () => {
    expect(notOpened("The key")).toMatchObject({ code: "ServiceUnavailable", message: /^The key can't be opened/ });
  });
});

describe("npm run auth:rekey", () => {
  beforeEach(async () => {
    await write((db) => db.delete(users));
    sealedColumns.push(column);
  }, 60_000);
  afterEach(() => void sealedColumns.splice(sealedColumns.indexOf(column), 1));

  test("seals all rows under the new key, in steps, and leaves alone what is", async () => {
    const ids = Array.from({ length: 450 }, (_, index) => String(1_000 + index));
    for (const id of ids) await store(id, sealedWith(previous, id, Buffer.from(id)));
    await store("current", vault.seal(Buffer.from("kept"), "current"));
    await store("empty", null);
    const before = await stored("current");
    expect(await outdatedRows()).toContainEqual({ name: "tests", count: ids.length });
    expect(await reportOfTests()).toEqual({ name: "tests", resealed: ids.length, unopened: [] });
    for (const id of ids) {
      const sealed = (await stored(id)) ?? "";
      expect(sealed.startsWith(vault.prefix)).toBe(true);
      expect(vault.open(sealed, id)?.toString()).toBe(id);
    }
    expect([await stored("current"), await stored("empty")]).toEqual([before, null]);
    expect((await outdatedRows()).filter(({ name }) => name === "tests")).toEqual([]);
    expect(await reportOfTests()).toEqual({ name: "tests", resealed: 0, unopened: [] });
  });

  test("twice at once seals each row once", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => String(1_000 + index));
    for (const id of ids) await store(id, sealedWith(previous, id, Buffer.from(id)));
    const reports = await Promise.all([reportOfTests(), reportOfTests(), reportOfTests()]);
    expect(reports.reduce((sum, report) => sum + (report?.resealed ?? 0), 0)).toBe(ids.length);
    for (const id of ids) expect(vault.open((await stored(id)) ?? "", id)?.toString()).toBe(id);
  });

  test("names the rows that no key opens, and leaves them as they are", async () => {
    const lost = sealedWith(randomBytes(32).toString("hex"), "lost", Buffer.from("x"));
    await store("lost", lost);
    await store("moved", sealedWith(previous, "elsewhere", Buffer.from("x")));
    await store("old", sealedWith(previous, "old", Buffer.from("x")));
    expect(await reportOfTests()).toEqual({ name: "tests", resealed: 1, unopened: ["lost", "moved"] });
    expect(await stored("lost")).toBe(lost);
  });
});

test("the first request that the database answers to has a process say how many rows still need JWT_SECRET_KEY_PREVIOUS", async () => {
  sealedColumns.push(column);
  await write((db) => db.delete(users));
  await store("first", sealedWith(previous, "first", Buffer.from("x")));
  await duringOutage(async () => void (await call("GET /health")));
  const lines = await printedUntil("JWT_SECRET_KEY_PREVIOUS", async () => {
    for (let time = 1; time <= 2; time += 1) await call("GET /health");
  });
  expect(lines).toEqual([expect.stringMatching(/is needed for .*1 tests.*: run npm run auth:rekey/)]);
});

/** The lines with `word` in them that are printed while `work` runs, and until there is one. */
async function printedUntil(word: string, work: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const { stdout } = process;
  const print = stdout.write.bind(stdout);
  stdout.write = (text: string | Uint8Array) => {
    if (String(text).includes(word)) lines.push(String(text));
    return true;
  };
  try {
    await work();
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  } finally {
    stdout.write = print;
  }
  return lines;
}

async function reportOfTests() {
  return (await rekey()).find(({ name }) => name === "tests");
}

/** A sealed text as it is documented. */
function sealedWith(secret: string, row: string, plain: Buffer): string {
  const label = "authwright tests at rest v1";
  const derive = (info: string, length: number) => Buffer.from(hkdfSync("sha256", secret, "", info, length));
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", derive(label, 32), nonce);
  cipher.setAAD(Buffer.from(row));
  const bytes = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${derive(`${label} id`, 6).toString("hex")}.${bytes.toString("base64url")}`;
}

async function store(id: string, displayName: string | null): Promise<void> {
  const row = { id, displayName, username: id, usernameCanonical: id, passwordHash: "", pepperId: "", createdAt: now };
  await write((db) => db.insert(users).values(row));
}

async function stored(id: string): Promise<string | null | undefined> {
  const [row] = await read((db) => db.select({ text: users.displayName }).from(users).where(eq(users.id, id)));
  return row?.text;
}
