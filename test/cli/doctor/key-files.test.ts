import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lineOfPrivateKey, readKeyFiles } from "../../../cli/doctor/deploy/key-files.js";
import { readProject } from "../../../cli/project/read-project.js";
import { type Fixture, useFixture } from "../../support/fixture.js";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey;
const pem = pemOf(privateKey);
const sec1 = privateKey.export({ format: "pem", type: "sec1" }).toString();
const jwk = JSON.stringify(privateKey.export({ format: "jwk" }));
const encrypted = privateKey
  .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" })
  .toString();

describe("a private key", () => {
  test.each([
    ["PEM", pem],
    ["PEM of OpenSSL", sec1],
    ["PEM of RSA", pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)],
    ["PEM of Ed25519", pemOf(generateKeyPairSync("ed25519").privateKey)],
    ["PEM in one line", `KEY="${pem.replaceAll("\n", "\\n")}"`],
    ["PEM with the lines of Windows", pem.replaceAll("\n", "\r\n")],
    ["PEM in base64", Buffer.from(pem).toString("base64")],
    ["PEM of OpenSSL in base64", Buffer.from(sec1).toString("base64")],
    ["PKCS #8 in base64", derOf(privateKey)],
    ["PKCS #8 of P-521 in base64", derOf(p521)],
    ["a JWK", jwk],
    ["a JWK in lines", JSON.stringify(JSON.parse(jwk), null, 2)],
    ["a JWK in a text", JSON.stringify(jwk)],
    ["a JWK of P-521", JSON.stringify(p521.export({ format: "jwk" }))],
  ])("is known as %s", (_what, text) => {
    expect(lineOfPrivateKey(`A=1\n${text}\n`)).toBeGreaterThan(1);
  });

  test.each([
    ["a public key", publicKey.export({ format: "pem", type: "spki" }).toString()],
    ["a public JWK", JSON.stringify(publicKey.export({ format: "jwk" }))],
    ["one under a passphrase", encrypted],
    ["code that reads one", "const pem = /^-----BEGIN (EC )?PRIVATE KEY-----([^-]+)-----END/;"],
    ["words about one", "It begins with -----BEGIN PRIVATE KEY----- and is never committed."],
    ["a picture", `<path d="M${"0".repeat(60)}"/> {"d": "${"M0-".repeat(20)}"}`],
    ["a name alone", "JWT_PRIVATE_KEY="],
  ])("is not %s", (_what, text) => {
    expect(lineOfPrivateKey(text)).toBeNull();
  });
});

describe("private keys of a project", () => {
  test("are found in what git has and would take, and by their names in what it ignores", async () => {
    const repo = await useFixture("nodenext-esm");
    git(repo, "init", "-q");
    await repo.write(".gitignore", "node_modules/\n.env\nsecret/\n");
    await repo.write("src/key.ts", `export const key = \`${pem}\`;\n`);
    await repo.write(".env.example", `A=1\nJWT_PRIVATE_KEY=${derOf(privateKey)}\n`);
    git(repo, "add", "-A");
    await repo.write("jwt.json", jwk);
    await repo.write("secret/sign.pem", pem);
    await repo.write("node_modules/a/test.pem", pem);
    await repo.write(".env", `JWT_PRIVATE_KEY="${pem}"\n`);
    for (const path of ["secret/sign.pem", ".env", "jwt.json", "src/key.ts", ".env.example"])
      await chmod(join(repo.dir, path), 0o640);
    await chmod(join(repo.dir, "secret/sign.pem"), 0o644);
    const env = await Promise.all(
      [".env", ".env.example"].map(async (path) => ({ path, text: await repo.read(path) })),
    );
    const found = await readKeyFiles(await readProject(repo.dir, {}), env);
    const at = (path: string, line: number, facts: object) => ({
      path,
      line,
      tracked: false,
      ignored: false,
      readable: false,
      ...facts,
    });
    expect(found.sort((a, b) => a.path.localeCompare(b.path))).toEqual(
      [
        at(".env", 1, { ignored: true }),
        at(".env.example", 2, { tracked: true }),
        at("jwt.json", 1, {}),
        at("secret/sign.pem", 1, { ignored: true, readable: true }),
        at("src/key.ts", 1, { tracked: true }),
      ].sort((a, b) => a.path.localeCompare(b.path)),
    );
  });

  test("are found without git too, and a project without any has none", async () => {
    const repo = await useFixture("nodenext-esm");
    expect(await readKeyFiles(await readProject(repo.dir, {}), [])).toEqual([]);
    await repo.write("certs/private.key", pem);
    await chmod(join(repo.dir, "certs/private.key"), 0o604);
    const found = await readKeyFiles({ ...(await readProject(repo.dir, {})), git: { root: null } as never }, []);
    expect(found).toEqual([{ path: "certs/private.key", line: 1, tracked: false, ignored: true, readable: true }]);
  });
});

function git({ dir }: Fixture, ...args: string[]): void {
  execFileSync("git", args, { cwd: dir, stdio: "pipe" });
}

function pemOf(key: KeyObject): string {
  return key.export({ format: "pem", type: "pkcs8" }).toString();
}

function derOf(key: KeyObject): string {
  return key.export({ format: "der", type: "pkcs8" }).toString("base64");
}
