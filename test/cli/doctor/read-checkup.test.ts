import { execFileSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAudit } from "../../../cli/doctor/audit.js";
import { type Diagnosis, diagnose } from "../../../cli/doctor/diagnose.js";
import { readCheckup } from "../../../cli/doctor/read-checkup.js";
import { readProject } from "../../../cli/project/read-project.js";
import { readFacts } from "../../../cli/registry/facts/read-facts.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { addAuth } from "../../support/removed.js";
import { repo } from "../../support/template-tree.js";
import { treeOf } from "../../support/tree.js";

async function installed(name = "nodenext-esm"): Promise<Fixture> {
  const fixture = await useFixture(name);
  await addAuth(fixture.dir);
  return fixture;
}

async function examine(dir: string): Promise<Diagnosis[]> {
  const project = await readProject(dir, {});
  const facts = await readFacts(repo, project.record!);
  const options = { items: readRegistry(repo).items, facts, advisories: [], offline: true };
  return diagnose(await readCheckup(project, project.record!, options));
}

const named = (findings: readonly Diagnosis[]) => findings.map(({ check, file, line }) => `${check} ${file}:${line}`);
const git = (dir: string, ...args: string[]) => execFileSync("git", args, { cwd: dir, stdio: "pipe" });

const author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];

describe("a project as add leaves it", () => {
  test.each(["nodenext-esm", "crlf"])("%s has nothing unsafe and nothing to warn of", async (name) => {
    const { dir } = await installed(name);
    const before = await treeOf(dir);
    expect((await examine(dir)).filter(({ level }) => level !== "hint")).toEqual([]);
    expect(await treeOf(dir)).toEqual(before);
  });
});

describe("a record that says an item of authwright's is from elsewhere", () => {
  test("does not keep what is unsafe of it from being found", async () => {
    const { dir, read, write } = await installed();
    await write(".env", (await read(".env")).replace(/^JWT_SECRET_KEY=.*$/m, "JWT_SECRET_KEY=short"));
    const record = JSON.parse(await read("authwright.json"));
    const registry = { source: "https://example.org/registry.json", sha256: "0".repeat(64) };
    Object.assign(record.items["auth-basic"], { registry, facts: { secrets: { names: {} } } });
    await write("authwright.json", JSON.stringify(record));
    expect(named(await examine(dir))).toContain("weak-secret .env:1");
  });
});

describe("what git says", () => {
  test("starts no program that the repository's own settings name", async () => {
    const { dir, read, write } = await installed();
    git(dir, "init", "-q");
    await write(".gitattributes", ".env diff=env\n");
    git(dir, "add", "-f", ".env", ".gitattributes");
    git(dir, ...author, "commit", "-qm", "in");
    git(dir, "config", "core.fsmonitor", "echo fsmonitor >>.git/started; false");
    git(dir, "config", "diff.env.textconv", "echo textconv >>.git/started; cat");
    await write(".env", `${await read(".env")}LATER=1\n`);
    expect(named(await examine(dir))).toContain("committed-secret .env:1");
    await expect(read(".git/started")).rejects.toThrow("ENOENT");
  });

  test("starts no program for the signatures of earlier commits", async () => {
    const { dir, read } = await installed();
    git(dir, "init", "-q");
    git(dir, "add", "-f", ".env");
    git(dir, ...author, "commit", "-qm", "in");
    const commit = git(dir, "cat-file", "commit", "HEAD").toString();
    const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n";
    const input = commit.replace("\n\n", `\n${signature}`);
    const options = { cwd: dir, input, encoding: "utf8" } as const;
    const signed = execFileSync("git", ["hash-object", "-t", "commit", "-w", "--stdin"], options).trim();
    git(dir, "reset", "-q", "--soft", signed);
    git(dir, "rm", "-q", "--cached", ".env");
    await writeFile(join(dir, ".git/gpg"), '#!/bin/sh\necho gpg >>"$(dirname "$0")/started"\n', { mode: 0o755 });
    git(dir, "config", "log.showSignature", "true");
    git(dir, "config", "gpg.program", join(dir, ".git/gpg"));
    expect(named(await examine(dir))).toContain("committed-secret .env:1");
    await expect(read(".git/started")).rejects.toThrow("ENOENT");
  });

  test("starts no program to fetch what of the history is not here", async () => {
    const { dir, read } = await installed();
    git(dir, "init", "-q");
    git(dir, "add", "-f", ".env");
    git(dir, ...author, "commit", "-qm", "in");
    const blob = git(dir, "rev-parse", "HEAD:.env").toString().trim();
    git(dir, "rm", "-q", "--cached", ".env");
    git(dir, ...author, "commit", "-qm", "out");
    await rm(join(dir, ".git/objects", blob.slice(0, 2), blob.slice(2)), { force: true });
    const program = `echo fetched >>"${join(dir, ".git/started")}"; false`;
    for (const [name, value] of [
      ["core.repositoryFormatVersion", "1"],
      ["extensions.partialClone", "origin"],
      ["remote.origin.url", "ssh://localhost/nowhere"],
      ["remote.origin.promisor", "true"],
      ["core.sshCommand", program],
    ] as const)
      git(dir, "config", name, value);
    await examine(dir);
    await expect(read(".git/started")).rejects.toThrow("ENOENT");
  });

  test("an .env that it tracks, and one that it would take along, are told apart", async () => {
    const { dir, write } = await installed();
    git(dir, "init", "-q");
    expect(named(await examine(dir)).filter((line) => line.includes("git"))).toEqual([]);
    await write(".gitignore", "node_modules\ndist\n.data/\n");
    expect(named(await examine(dir))).toContain("not-ignored .gitignore:null");
    git(dir, "add", ".env");
    const found = named(await examine(dir));
    expect(found).toContain("committed-secret .env:1");
    expect(found).not.toContain("not-ignored .gitignore:null");
  });

  test("of earlier commits counts too, until the secret is a fresh one", async () => {
    const { dir, read, write } = await installed();
    git(dir, "init", "-q");
    git(dir, "add", "-f", ".env");
    git(dir, ...author, "commit", "-qm", "in");
    git(dir, "rm", "-q", "--cached", ".env");
    git(dir, ...author, "commit", "-qm", "out");
    const findings = await examine(dir);
    expect(findings.filter(({ check }) => check === "committed-secret").map(({ what }) => what)).toEqual([
      "JWT_SECRET_KEY is in git's history",
      "PASSWORD_PEPPER is in git's history",
    ]);
    await write(
      ".env",
      (await read(".env")).replace(/[\w-]{43}/g, (secret) => secret.split("").reverse().join("")),
    );
    expect(named(await examine(dir)).filter((line) => line.startsWith("committed"))).toEqual([]);
  });

  test.each([
    "Dockerfile",
    "docker-compose.prod.yml",
    "compose.yml",
    ".github/workflows/ci.yml",
    "fly.toml",
    "render.yaml",
  ])("of %s counts: a secret pasted there is found unless git ignores the file, and not shown", async (path) => {
    const { dir, read, write } = await installed();
    const [, secret] = /^PASSWORD_PEPPER=(.*)$/m.exec(await read(".env"))!;
    git(dir, "init", "-q");
    await write(path, `A\nPASSWORD_PEPPER=${secret}\n`);
    await write(".git/info/exclude", `/${path}\n`);
    expect(named(await examine(dir)).filter((line) => line.startsWith("committed"))).toEqual([]);
    await write(".git/info/exclude", "");
    const findings = await examine(dir);
    expect(named(findings)).toContain(`committed-secret ${path}:2`);
    expect(JSON.stringify(findings)).not.toContain(secret);
  });

  test("of a folder above the project counts too", async () => {
    const fixture = await useFixture("monorepo");
    await addAuth(`${fixture.dir}/packages/api`);
    git(fixture.dir, "init", "-q");
    git(fixture.dir, "add", "-f", "packages/api/.env");
    await fixture.write(".github/workflows/deploy.yml", "env:\n  JWT_SECRET_KEY: q7Zk1mW9xT4b\n");
    const found = named(await examine(`${fixture.dir}/packages/api`));
    expect(found).toContain("committed-secret .env:1");
    expect(found).toContain("committed-secret ../../.github/workflows/deploy.yml:2");
  });
});

describe("what lies in the project", () => {
  test("a secret in dist is found, in node_modules it is not looked for", async () => {
    const { dir, read, write } = await installed();
    const [, secret] = /^PASSWORD_PEPPER=(.*)$/m.exec(await read(".env"))!;
    await write("node_modules/x/index.js", `"${secret}"`);
    expect(named(await examine(dir)).filter((line) => line.startsWith("secret"))).toEqual([]);
    await write("dist/chunks/a.js", `\n"${secret}"`);
    expect(named(await examine(dir))).toContain("secret-in-build dist/chunks/a.js:2");
  });

  test("an installed file that lost a protection is found, also where its line endings changed", async () => {
    const { dir, read, write } = await installed();
    const path = "src/auth/refresh-token.ts";
    await write(path, (await read(path)).replaceAll("\n", "\r\n"));
    expect(named(await examine(dir)).filter((line) => line.startsWith("lost-protection"))).toEqual([]);
    const text = await read(path);
    const line = text.slice(0, text.indexOf("timingSafeEqual(mac")).split("\n").length;
    await write(path, text.replace("timingSafeEqual(mac(body, key), tag)", "mac(body, key).equals(tag)"));
    expect(named(await examine(dir))).toContain(`lost-protection ${path}:${line}`);
  });

  test("a database file is looked through for its migrations", async () => {
    const { dir, write } = await installed();
    await write(".data/auth.db", "SQLite format 3\0 nothing yet");
    expect(named(await examine(dir))).toContain("pending-migrations src/db/migrations/0001-auth.ts:11");
    await write(".data/auth.db-wal", "0001-auth");
    expect(named(await examine(dir)).filter((line) => line.startsWith("pending"))).toEqual([]);
  });
});

describe("npm audit", () => {
  test("names the packages that have the hole, not those that lead to it", () => {
    const hole = { name: "qs", severity: "high", via: [{ title: "DoS" }], fixAvailable: true };
    const way = { name: "express", severity: "high", via: ["qs"], fixAvailable: true };
    expect(readAudit(JSON.stringify({ vulnerabilities: { qs: hole, express: way } }))).toEqual({
      kind: "answered",
      holes: [{ name: "qs", severity: "high", title: "DoS", fixed: true }],
    });
  });

  test.each([
    ["nothing", ""],
    ["an error", '{"error":{"code":"ENOLOCK"}}'],
    ["text", "npm ERR!"],
  ])("that says %s is no answer", (_, text) => {
    expect(readAudit(text)).toEqual({ kind: "skipped", why: "npm audit did not answer" });
  });
});
