import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { databaseChoice } from "../../cli/project/choices/own-choices.js";
import { findDatabaseUrl } from "../../cli/project/database/database-url.js";
import { appEnv, type ComposedApp, composeApp, type Env } from "../support/compose.js";

// What the module makes of its environment, in the tree that a user gets: its own folder, or another one that it is started in.

type Choice = "sqlite" | "postgres";

const apps = {} as { sqlite: ComposedApp; postgres: ComposedApp };
const needed = {
  JWT_SECRET_KEY: "a key of 32 bytes or more, not weak",
  JWT_ISSUER: "app",
  PASSWORD_PEPPER: "some pepper 0123456789",
};
// biome-ignore lint/suspicious/noExplicitAny: modules of the composed tree
const modules = {} as { config: any; folder: any };

beforeAll(async () => {
  const items = [
    "auth-email",
    "auth-cookies",
    "auth-events",
    "auth-hibp",
    "auth-sessions",
    "auth-grace",
    "auth-jwks",
    "auth-dpop",
    "auth-keypair",
    "auth-factors",
    "auth-admin",
    "auth-passkeys",
  ];
  for (const database of ["sqlite", "postgres"] as const) apps[database] = await composeApp({ database, items });
  for (const [name, value] of Object.entries(needed)) vi.stubEnv(name, value);
  const { dir } = apps.sqlite;
  await fs.outputFile(join(dir, "start.ts"), `import "./src/routes/auth.js";\n`);
  await fs.outputFile(
    join(dir, "twice.ts"),
    `import { closeAuth } from "./src/auth/close.js";\nimport { ping } from "./src/auth/store.js";\n` +
      "for (let round = 0; round < 2; round++) {\n  await ping();\n  await closeAuth();\n}\n",
  );
  const auth = join(dir, "src/auth");
  modules.config = await import(join(auth, "config.ts"));
  modules.folder = await import(join(auth, "project-folder.ts"));
});
afterAll(async () => {
  for (const app of Object.values(apps)) await app.remove();
});

const ours = [
  "file:a.db",
  "FILE:///srv/a.db",
  " file:a.db ",
  "postgres://h/db",
  "postgresql://u:p@h/db",
  "Postgres://h/db",
];
const theirs = [
  "prisma+postgres://accelerate.example/?api_key=x",
  "prisma://x",
  "libsql://db.example",
  "./dev.db",
  "/srv/dev.db",
  "C:\\dev.db",
  "sqlite:dev.db",
  "sqlite3://dev.db",
  "cockroachdb://h/db",
  "mssql://h;database=x",
  "sqlserver://h",
  "jdbc:postgresql://h/db",
  "postgresql+asyncpg://h/db",
  "mysql://u:p@h/db",
  "mysql://$" + "{USER}@h/db",
  "mongodb+srv://h/db",
  "dev.db",
  "undefined",
  "",
  "   ",
];

describe("DATABASE_URL", () => {
  test.each(ours)("%s is the module's, for the server and the command line", (value) => {
    const url = value.trim();
    expect(readUrl({ DATABASE_URL: value })).toEqual({ variable: "DATABASE_URL", value: url });
    expect(found({ DATABASE_URL: value })).toMatchObject({ variable: "DATABASE_URL", value: url });
  });

  test.each(theirs)("%s is the application's own, for the server and the command line", (value) => {
    expect(readUrl({ DATABASE_URL: value })).toBeUndefined();
    expect(found({ DATABASE_URL: value })).toBeNull();
  });

  test.each([...ours, ...theirs])("%s gives way to AUTH_DATABASE_URL", (value) => {
    const env = { DATABASE_URL: value, AUTH_DATABASE_URL: "file:b.db" };
    expect(readUrl(env)).toEqual({ variable: "AUTH_DATABASE_URL", value: "file:b.db" });
    expect(found(env)).toMatchObject({ variable: "AUTH_DATABASE_URL", value: "file:b.db" });
  });

  test("is looked at where AUTH_DATABASE_URL is empty", () => {
    expect(readUrl({ DATABASE_URL: "file:a.db", AUTH_DATABASE_URL: " " })).toMatchObject({ variable: "DATABASE_URL" });
  });

  const passwords = ["p/w", "12/34", "p#w", "12#34", "p%w", "100%", "%", "p%zz", "1?2", "p?w", "12/@34", "%ff"];
  test.each(passwords)(
    "with a password of %s is refused: percent-encode; no piece of it is printed",
    async (password) => {
      const url = `postgres://hunter:${password}@db.internal:5432/shop`;
      const message = await startError("postgres", { DATABASE_URL: url });
      expect(message).toMatch(/^DATABASE_URL .*percent-encode/);
      for (const piece of ["hunter", "db.internal", "shop", password.length > 2 ? password : "postgres://"])
        expect(message).not.toContain(piece);
    },
  );

  test.each([
    "postgres://u:p%2Fw@h/db",
    "postgres://u:p@w@h/db",
    "postgres://u:$1&=+!*@h/db",
    "postgres://u:p@/db?host=/run/postgresql",
    "postgresql:///db?host=/run/postgresql",
    "postgres://u:p@%2Frun%2Fpostgresql/db",
    "postgres://h/db?options=-c search_path=auth",
    "postgres://h/db?application_name=me@here&sslmode=require",
  ])("%s starts on Postgres", async (DATABASE_URL) => {
    expect(await startError("postgres", { DATABASE_URL })).toBe("");
  });

  test.each([
    ["postgres", { DATABASE_URL: "prisma+postgres://x" }, /DATABASE_URL is missing: .*AUTH_DATABASE_URL/],
    ["postgres", {}, /DATABASE_URL is missing/],
    ["postgres", { DATABASE_URL: "file:a.db" }, /DATABASE_URL names no Postgres/],
    ["postgres", { AUTH_DATABASE_URL: "mysql://h/db" }, /AUTH_DATABASE_URL names no Postgres/],
    ["sqlite", { DATABASE_URL: "postgres://u:secret@h/db" }, /DATABASE_URL must be file:PATH/],
    ["sqlite", { AUTH_DATABASE_URL: "libsql://h" }, /AUTH_DATABASE_URL must be file:PATH/],
    ["sqlite", { AUTH_DATABASE_URL: "file:" }, /AUTH_DATABASE_URL must be file:PATH/],
    ["sqlite", { AUTH_DATABASE_URL: "file://host/a.db" }, /AUTH_DATABASE_URL must be file:PATH/],
    ["sqlite", { AUTH_DATABASE_URL: "file:100%.db" }, /AUTH_DATABASE_URL must be file:PATH/],
  ] as const)("on %s, of %j, stops the start and is named", async (database, env, message) => {
    const error = await startError(database, env);
    expect(error).toMatch(message);
    expect(error).not.toContain("secret");
  });
});

const braces = ["$" + "{OTHER}", "a$" + "{OTHER}b", "$" + "{OTHER:-x}", "file:$" + "{HOME}/a.db"];

describe("a variable of the module's", () => {
  const names = ["AUTH_DATABASE_URL", "JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS", "JWT_ISSUER", "PASSWORD_PEPPER"];
  const others = ["PASSWORD_PEPPER_PREVIOUS", "DATABASE_ENCRYPTION_KEY", "AUTH_RATE_LIMIT", "BCRYPT_COST"];
  test.each([...names, ...others, "ACCESS_TOKEN_MINUTES"])("%s with another in braces is refused by name", (name) => {
    for (const value of braces) expect(refusal({ [name]: `${value} and 0123456789 more` })).toMatch(`${name} holds`);
  });

  test("DATABASE_URL with another in braces is refused where it may be the module's", () => {
    for (const value of ["$" + "{PROD_URL}", "postgres://$" + "{USER}:x@h/db", "file:$" + "{HOME}/a.db"])
      expect(refusal({ DATABASE_URL: value })).toMatch("DATABASE_URL holds");
    expect(refusal({ DATABASE_URL: "$" + "{X}", AUTH_DATABASE_URL: "file:a.db" })).toBe("");
  });

  test.each([
    ["auth-email", "email/config.ts", "readMailConfig", ["AUTH_MAIL", "MAIL_FROM", "APP_URL"]],
    ["auth-cookies", "cookies/config.ts", "readCookieConfig", ["SESSION_ORIGINS", "SESSION_REDIS_URL"]],
    ["auth-events", "events/config.ts", "readEventsConfig", ["AUTH_EVENT_DAYS", "AUTH_WEBHOOK_URL"]],
    ["auth-hibp", "hibp/config.ts", "readHibpUrl", ["HIBP_URL"]],
    ["auth-sessions", "sessions/config.ts", "readSessionsConfig", ["SESSIONS_PER_USER"]],
    ["auth-grace", "grace/config.ts", "readGraceSeconds", ["ACCOUNT_GRACE_DAYS"]],
    ["auth-jwks", "jwks/config.ts", "readJwksConfig", ["JWT_PRIVATE_KEY", "JWT_HS256_UNTIL"]],
    [
      "auth-dpop",
      "dpop/config.ts",
      "readDpopConfig",
      ["PUBLIC_ORIGIN", "DPOP_REQUIRED", "DPOP_NONCES", "DPOP_REPLAYS"],
    ],
    ["auth-keypair", "keypair/config.ts", "readKeypairConfig", ["KEYPAIR_REDIS_URL"]],
    ["auth-factors-admin", "factors/role-policy.ts", "readRolePolicy", ["FACTOR_ROLES", "FACTOR_GRACE_DAYS"]],
    ["auth-passkeys", "passkeys/config.ts", "readPasskeyConfig", ["WEBAUTHN_RP_ID"]],
  ])("of %s is held to the same", async (_item, file, reader, variables) => {
    const module = await import(join(apps.sqlite.dir, "src/auth", file));
    for (const name of variables)
      expect(messageOf(() => module[reader]({ [name]: "https://$" + "{HOST}/" }))).toMatch(`${name} holds`);
  });

  test.each(["$", "$$", "pa$word", "$HOME", "a$1b", "$(x)", "$" + "{", "$" + "{}", "$" + "{1}", "{X}"])(
    "keeps %s as it is",
    (part) => {
      const JWT_SECRET_KEY = `${part} and 0123456789abcdefghijklmnop`;
      expect(modules.config.readConfig({ ...needed, JWT_SECRET_KEY }).jwtSecretKey).toBe(JWT_SECRET_KEY);
    },
  );

  test.each([
    ["SESSION_REDIS_URL", "cookies/config.ts", "readCookieConfig", "redis"],
    ["KEYPAIR_REDIS_URL", "keypair/config.ts", "readKeypairConfig", "redis"],
    ["AUTH_MAIL", "email/config.ts", "readMailConfig", "smtp"],
  ])("%s with / # or % in its password says percent-encode", async (name, file, reader, scheme) => {
    const module = await import(join(apps.sqlite.dir, "src/auth", file));
    for (const password of ["p/w", "12/34", "p#w", "12#34", "p%w", "1?2"]) {
      const message = messageOf(() =>
        module[reader]({ [name]: `${scheme}://hunter:${password}@h:1`, MAIL_FROM: "a@b.cd" }),
      );
      expect(message).toMatch(new RegExp(`^${name} .*percent-encode`));
      expect(message).not.toMatch(/hunter|p\/w|12\/34|p#w|12#34|p%w|1\?2/);
    }
  });
});

describe("a .env that can't be read", () => {
  test("is no error where the environment has what is needed", async () => {
    const dir = await folder({ ".env/": "" });
    expect(await start({}, dir)).toMatchObject({ code: 0 });
  });

  test.each([
    [".env/", "EISDIR"],
    [".env ->", "ELOOP"],
  ])("(%s) is said beside the variable that is missing then", async (what, errno) => {
    const dir = await folder({ [what]: "" });
    const { code, output } = await start({ PASSWORD_PEPPER: "" }, dir);
    expect(code).toBe(1);
    expect(output).toMatch(/PASSWORD_PEPPER is missing/);
    expect(output).toContain(join(dir, ".env"));
    expect(output).toContain(errno);
  });
});

describe("the folder of .env and of a relative database", () => {
  test("is the nearest one with package.json and authwright.json: up from the working folder, then from the started file", async () => {
    const { findProjectFolder } = modules.folder;
    const root = await folder({
      "package.json": "{}",
      "app/package.json": "{}",
      "app/authwright.json": "{}",
      "app/dist/package.json": "{}",
      "app/dist/server.js": "",
      "other/authwright.json": "{}",
      "other/package.json": "{}",
      "elsewhere/authwright.json": "{}",
    });
    const app = join(root, "app");
    await symlink(join(app, "dist/server.js"), join(root, "elsewhere/server.js"));
    expect(findProjectFolder(join(app, "dist"), "/nothing.js")).toBe(app);
    expect(findProjectFolder("/", join(app, "dist/server.js"))).toBe(app);
    expect(findProjectFolder("/", join(app, "dist/server"))).toBe(app);
    expect(findProjectFolder("/", join(root, "elsewhere/server.js"))).toBe(app);
    expect(findProjectFolder(root, "app/dist/server.js")).toBe(app);
    expect(findProjectFolder(join(root, "other"), join(app, "dist/server.js"))).toBe(join(root, "other"));
    expect(findProjectFolder(join(root, "elsewhere"), undefined)).toBe(join(root, "elsewhere"));
    expect(findProjectFolder("/", "/nothing/server.js")).toBe("/");
  });

  test("is the project's when it is started elsewhere: its .env, its database, whose path is logged once", async () => {
    const { dir } = apps.sqlite;
    await fs.writeFile(join(dir, "authwright.json"), "{}");
    const pepper = "pepper of the dotenv file 0123";
    await fs.writeFile(join(dir, ".env"), `PASSWORD_PEPPER=${pepper}\n`);
    const { PASSWORD_PEPPER: _left, ...env } = appEnv(dir);
    const elsewhere = await folder({ ".env": "PASSWORD_PEPPER=x\n" });
    const { code, output } = await run(join(dir, "twice.ts"), elsewhere, env);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output.split(join(dir, ".data/auth.db"))).toHaveLength(2);
    expect(await fs.pathExists(join(dir, ".data/auth.db"))).toBe(true);
    expect(await fs.readdir(elsewhere)).toEqual([".env"]);
  });

  test("has no database while the one of before is in the working folder: the start names both and stops", async () => {
    const { dir } = apps.sqlite;
    await fs.remove(join(dir, ".data"));
    const elsewhere = await folder({ ".data/auth.db": "", "named.db": "" });
    for (const [env, name] of [
      [{}, ".data/auth.db"],
      [{ DATABASE_URL: "file:./named.db" }, "named.db"],
    ] as const) {
      const { code, output } = await run(join(dir, "twice.ts"), elsewhere, { ...appEnv(dir), ...env });
      expect(code).toBe(1);
      expect(output).toContain(join(dir, name));
      expect(output).toContain(join(elsewhere, name));
    }
    await fs.outputFile(join(dir, "named.db"), "");
    const env = { ...appEnv(dir), DATABASE_URL: "file:named.db?connection_limit=1" };
    expect(await run(join(dir, "twice.ts"), elsewhere, env)).toMatchObject({ code: 0 });
  });
});

function readUrl(env: Env): unknown {
  return modules.config.readConfig({ ...needed, ...env }).databaseUrl;
}

function found(env: Env): unknown {
  return findDatabaseUrl(databaseChoice(), [{ place: ".env", values: env }]);
}

function refusal(env: Env): string {
  return messageOf(() => modules.config.readConfig({ ...needed, ...env }));
}

function messageOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** What importing the module throws, in this process. */
async function startError(database: Choice, env: Env): Promise<string> {
  vi.resetModules();
  for (const [name, value] of Object.entries({ DATABASE_URL: "", AUTH_DATABASE_URL: "", ...env }))
    vi.stubEnv(name, value);
  const imported = import(join(apps[database].dir, "src/db/client.ts"));
  return imported.then(
    () => "",
    (error: Error) => error.message,
  );
}

/** Starts what only imports the module, in a folder. */
async function start(env: Env, cwd: string) {
  const { dir } = apps.sqlite;
  return run(join(dir, "start.ts"), cwd, { ...appEnv(dir), ...env });
}

async function run(file: string, cwd: string, env: Env): Promise<{ code: number | null; output: string }> {
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, file], { cwd, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const [code] = await once(child, "close");
  return { code, output };
}

async function folder(files: Record<string, string>): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "authwright-env-")));
  folders.push(dir);
  for (const [path, text] of Object.entries(files)) {
    if (path.endsWith("/")) await mkdir(join(dir, path));
    else if (path.endsWith(" ->")) await symlink(".env", join(dir, ".env"));
    else await fs.outputFile(join(dir, path), text);
  }
  return dir;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((dir) => fs.remove(dir))));
