import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { x } from "tinyexec";
import { afterAll, describe, expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import type { Answer } from "../support/api.js";
import { password, tally, times, useCluster } from "../support/cluster.js";
import { closes, composeApp, listens } from "../support/compose.js";
import { runShippedTests } from "../support/shipped-tests.js";
import { repo } from "../support/template-tree.js";

/** What the page of the module tells the owner to write for one more field, and nothing else. */
const company = {
  column: `company: text("company"),`,
  definition: "ADD COLUMN company text",
  entry: `company: { type: text(200), atSignUp: "optional", inPatch: true, inAnswers: true, unique: false },`,
};
/** The other ways a field can be. */
const others = [
  {
    column: `handle: text("handle"),`,
    definition: "ADD COLUMN handle text",
    entry: `handle: { type: text(40), atSignUp: "optional", inPatch: true, inAnswers: true, unique: true },`,
  },
  {
    column: `team: text("team").notNull().default("none"),`,
    definition: "ADD COLUMN team text DEFAULT 'none' NOT NULL",
    entry: `team: { type: text(40), atSignUp: "required", inPatch: true, inAnswers: true, unique: false },`,
  },
  {
    column: `age: integer("age"),`,
    definition: "ADD COLUMN age integer",
    entry: `age: { type: z.int().min(0).max(150), atSignUp: "optional", inPatch: true, inAnswers: false, unique: false },`,
  },
  {
    column: `plan: text("plan").notNull().default("free"),`,
    definition: "ADD COLUMN plan text DEFAULT 'free' NOT NULL",
    entry: `plan: { type: text(40), atSignUp: "no", inPatch: false, inAnswers: true, unique: false },`,
  },
];

const typed = `import type { User } from "./auth/store.js";
import { text, type UserFields } from "./auth/user-fields.js";

declare const user: User;
export const company: string | null = user.company;
// @ts-expect-error: not every user has one
export const always: string = user.company;
export const team: string = user.team;
// @ts-expect-error: clients don't see it
export const age = user.age;

const free = { atSignUp: "optional", inPatch: true, inAnswers: true, unique: false } as const;
export const good = { company: { type: text(10), ...free } } satisfies UserFields;
// @ts-expect-error: there is no such column
export const noColumn = { nickname: { type: text(10), ...free } } satisfies UserFields;
// @ts-expect-error: the column holds a number
export const otherType = { age: { type: text(10), ...free } } satisfies UserFields;
// @ts-expect-error: no request may set it
export const settable = { role: { type: text(10), ...free } } satisfies UserFields;
// @ts-expect-error: it is no field, and clients must not see it
export const hash = { passwordHash: { type: text(10), ...free } } satisfies UserFields;
export const shown = { role: { type: text(10), ...free, atSignUp: "no", inPatch: false } } as const satisfies UserFields;
`;

const server = `import express from "express";
import { closeAuth } from "./src/auth/close.js";
import { adminRouter } from "./src/routes/admin.js";
import { authRouter } from "./src/routes/auth.js";

const app = express();
app.use("/api/auth/admin", adminRouter);
app.use("/api/auth", authRouter);

${listens}${closes}`;

const items = readRegistry(repo)
  .items.map(({ name }) => name)
  .filter((name) => name !== "auth-basic");
const mails = mkdtempSync(join(tmpdir(), "authwright-mails-"));
const env = { AUTH_MAIL: `outbox:${mails}` };

afterAll(() => fs.remove(mails));
const cluster = useCluster();

test("the page of the module says how to add a field", async () => {
  const page = await readFile(join(repo, "templates/auth-basic/base/docs/auth/README.md"), "utf8");
  for (const line of Object.values(company)) expect(page).toContain(line);
});

test("with one more field, one file of the tests that ship changes", async () => {
  const { dir, remove } = await composeApp({});
  try {
    await addFields(dir, [company]);
    const before = await runShippedTests(dir, {}, ["test/auth.test.ts", "test/auth/profile.test.ts"]);
    expect(before.exitCode).toBe(1);
    const shapes = join(dir, "test/auth/shapes.ts");
    await edit(shapes, "displayName: null,", "displayName: null,\n    company: null,");
    const { exitCode, output } = await runShippedTests(dir);
    expect(exitCode, output).toBe(0);
  } finally {
    await remove();
  }
});

describe.each(["sqlite", "postgres"] as const)("with more fields, every add-on and %s", (database) => {
  const send = (method: "get" | "post" | "patch" | "put", path: string, ...rest: unknown[]): Promise<Answer> =>
    (cluster.next()[method] as (path: string, ...rest: unknown[]) => Promise<Answer>)(`/api/auth${path}`, ...rest);

  cluster.beginForAll(async () => {
    const { dir } = await cluster.compose(database, server, items);
    await addFields(dir, [company, ...others]);
    // Three processes with a pool of 10 each: 30 connections to one Postgres.
    return { database, processes: 3, items, server, env };
  });

  test("the project compiles, and knows the fields; a wrong entry does not compile", async () => {
    await fs.writeFile(join(cluster.dir, "src/typed.ts"), typed);
    // The older compilers read the same types: once is enough.
    const compilers = ["typescript", ...(database === "sqlite" ? ["typescript-6", "typescript-5"] : [])];
    expect(await compile(cluster.dir, compilers)).toBe("");
  });

  test("signup takes them, and asks for the one that is required", async () => {
    const missing = await send("post", "/signup", { username: newName(), password });
    expect([missing.status, missing.body.errors]).toEqual([400, [expect.objectContaining({ path: "team" })]]);
    const given = { company: "Analytical", handle: newName(), team: "blue", age: 36, plan: "gold" };
    const { status, body } = await signUp(given);
    expect([status, body.user]).toEqual([201, { ...shape, ...given, age: undefined, plan: "free" }]);
    expect("age" in body.user).toBe(false);
    expect(await rowOf(body.user.id)).toMatchObject({ company: "Analytical", age: 36, plan: "free" });
    const long = await signUp({ team: "blue", company: "x".repeat(201) });
    expect([long.status, long.body.errors[0].path]).toEqual([400, "company"]);
  });

  test("PATCH /me changes them; null takes away what is not required; logins and GET /me answer with them", async () => {
    const { body: ada } = await signUp({ team: "blue" });
    const patch = (body: object) => send("patch", "/me", body, ada.accessToken);
    const changed = await patch({ company: "Engines", team: "red", age: 37, plan: "gold" });
    const user = { ...shape, company: "Engines", team: "red", plan: "free" };
    expect([changed.status, changed.body.user]).toEqual([200, user]);
    expect(await rowOf(ada.user.id)).toMatchObject({ age: 37, plan: "free" });
    expect((await send("get", "/me", ada.accessToken)).body).toEqual({ user });
    const login = await send("post", "/login", { username: ada.user.username, password });
    expect(login.body.user).toEqual(user);
    expect((await patch({ company: null, age: null })).body.user).toEqual({ ...user, company: null });
    expect((await patch({ team: null })).status).toBe(400);
    expect((await patch({ plan: "gold" })).status).toBe(400);
    expect(await rowOf(ada.user.id)).toMatchObject({ company: null, team: "red", age: null, plan: "free" });
  });

  test("admins see them in lists, and may change them", async () => {
    const admin = await newAdmin();
    const { body: ada } = await signUp({ team: "blue", company: "Analytical" });
    const list = await send("get", `/admin/users?username=${ada.user.username}`, admin);
    expect(list.body.users).toMatchObject([{ company: "Analytical", team: "blue", plan: "free" }]);
    expect("age" in list.body.users[0]).toBe(false);
    const path = `/admin/users/${ada.user.id}`;
    expect((await send("put", path, { company: "Engines" }, admin)).body.user).toMatchObject({ company: "Engines" });
    const made = await send("post", "/admin/users", { username: newName(), team: "red", company: "A" }, admin);
    expect([made.status, made.body.user]).toEqual([201, expect.objectContaining({ team: "red", company: "A" })]);
    expect((await send("post", "/admin/users", { username: newName() }, admin)).status).toBe(400);
    const { handle } = (await signUp({ team: "blue", handle: newName() })).body.user;
    for (const taken of [
      await send("put", path, { handle }, admin),
      await send("post", "/admin/users", { username: newName(), team: "red", handle }, admin),
    ])
      expectTaken(taken);
  });

  test("the document says them, and the error of the unique one", async () => {
    const { body: document } = await send("get", "/openapi.json");
    const body = (path: string, method: string) =>
      document.paths[path][method].requestBody.content["application/json"].schema;
    expect(body("/signup", "post").required).toEqual(["username", "password", "team"]);
    expect(body("/signup", "post").properties.company.anyOf).toEqual([
      expect.objectContaining({ type: "string", maxLength: 800 }),
      { type: "null" },
    ]);
    expect(Object.keys(body("/me", "patch").properties)).toEqual(
      expect.arrayContaining(["username", "company", "handle", "team", "age", "currentPassword"]),
    );
    expect(Object.keys(body("/admin/users/{id}", "put").properties)).toEqual(expect.arrayContaining(["company"]));
    const { properties } = document.components.schemas.User;
    expect(Object.keys(properties)).toEqual(Object.keys(shape));
    expect([properties.company.anyOf?.length, properties.team.type]).toEqual([2, "string"]);
    for (const [path, method] of [
      ["/signup", "post"],
      ["/me", "patch"],
      ["/admin/users", "post"],
      ["/admin/users/{id}", "put"],
    ] as const)
      expect(document.paths[path][method].responses[409].$ref).toContain("FieldNotAvailable");
  });

  test("of thirty signups at once with one value of a unique field one gets it, and the others hear which it is", async () => {
    const handle = newName();
    const answers = await times(30, () => signUp({ team: "blue", handle }));
    expect(tally(answers)).toEqual({ 201: 1, 409: 29 });
    for (const answer of answers) if (answer.status === 409) expectTaken(answer);
    expect(await cluster.sql(`select id from auth_users where handle = '${handle}'`)).toHaveLength(1);
  });

  test("of thirty users at once who want one value, or one username, one gets it", async () => {
    const people = await times(30, async () => (await signUp({ team: "blue" })).body);
    const handle = newName();
    const wanted = await Promise.all(people.map((one) => send("patch", "/me", { handle }, one.accessToken)));
    expect(tally(wanted)).toEqual({ 200: 1, 409: 29 });
    for (const answer of wanted) if (answer.status === 409) expectTaken(answer);
    const body = { username: newName(), currentPassword: password };
    const named = await Promise.all(people.map((one) => send("patch", "/me", body, one.accessToken)));
    expect(tally(named)).toEqual({ 200: 1, 409: 29 });
    for (const answer of named) if (answer.status === 409) expect(answer.body.code).toBe("UsernameNotAvailable");
  });

  test("thirty who swap names and values at once end with no error but 409, and no value twice", async () => {
    const [names, handles] = [await times(5, async () => newName()), await times(5, async () => newName())];
    const people = await times(10, async () => (await signUp({ team: "blue" })).body);
    const answers = await times(60, (index) => {
      const body = { username: names[index % 5], handle: handles[(index * 3) % 5], currentPassword: password };
      return send("patch", "/me", body, people[index % 10].accessToken);
    });
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const rows = await cluster.sql(
      "select handle, count(*) as n from auth_users where handle is not null group by handle",
    );
    for (const { n } of rows) expect(Number(n)).toBe(1);
  });

  async function newAdmin(): Promise<string> {
    const { body } = await signUp({ team: "blue" });
    await cluster.sql(`update auth_users set role = 'admin' where id = '${body.user.id}'`);
    return body.accessToken;
  }

  async function rowOf(id: string): Promise<Record<string, unknown> | undefined> {
    return (await cluster.sql(`select company, team, age, plan from auth_users where id = '${id}'`))[0];
  }

  function signUp(fields: object): Promise<Answer> {
    return send("post", "/signup", { username: newName(), password, ...fields });
  }
});

const shape = {
  ...{ id: expect.any(String), username: expect.any(String), email: null, displayName: null },
  ...{ company: null, handle: null, team: "none", plan: "free" },
  createdAt: expect.any(String),
};

function expectTaken({ status, body }: Answer): void {
  expect([status, body.code, body.errors]).toEqual([
    409,
    "FieldNotAvailable",
    [{ path: "handle", message: expect.any(String) }],
  ]);
}

function newName(): string {
  return `ada-${randomBytes(6).toString("hex")}`;
}

interface Field {
  readonly column: string;
  /** SQL behind ALTER TABLE. */
  readonly definition: string;
  readonly entry: string;
}

/** The three edits of the page: column, migration, entry. */
async function addFields(dir: string, fields: readonly Field[]): Promise<void> {
  const inSource = (path: string) => join(dir, "src", path);
  const joined = (member: keyof Field, between: string) => fields.map((field) => field[member]).join(between);
  await edit(inSource("db/schema/auth.ts"), `displayName: text("display_name"),`, joined("column", "\n"), "after");
  await edit(inSource("auth/user-fields.ts"), "} as const satisfies", `${joined("entry", "\n")}\n`, "before");
  await fs.writeFile(inSource("db/migrations/1001-fields.ts"), migration(fields));
  const index = inSource("db/migrations/index.ts");
  await edit(index, `import type {`, `import { fields } from "./1001-fields.js";\n`, "before");
  await edit(index, "[auth", "[auth, fields");
}

function migration(fields: readonly Field[]): string {
  const unique = fields.flatMap(({ entry }) => (/unique: true/.test(entry) ? entry.split(":")[0] : []));
  return `import { getTableName } from "drizzle-orm";
import * as schema from "../schema/auth.js";
import type { Migration } from "./migration.js";

const users = getTableName(schema.users);

export const fields: Migration = {
  id: "1001-fields",
  statements: [
    ${fields.map(({ definition }) => `\`ALTER TABLE "\${users}" ${definition}\`,`).join("\n    ")}
    ${unique.map((name) => `\`CREATE UNIQUE INDEX "\${users}_${name}" ON "\${users}" (${name})\`,`).join("\n    ")}
  ],
};
`;
}

async function edit(path: string, place: string, text: string, where: "before" | "after" | "instead" = "instead") {
  const before = await readFile(path, "utf8");
  expect(before.split(place), `${place} in ${path}`).toHaveLength(2);
  const put = { before: text + place, after: `${place}\n${text}`, instead: text }[where];
  await fs.writeFile(
    path,
    before.replace(place, () => put),
  );
}

async function compile(dir: string, compilers: readonly string[]): Promise<string> {
  const compilerOptions = {
    ...{ target: "ES2022", module: "nodenext", types: ["node"], strict: true, skipLibCheck: true, noEmit: true },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noPropertyAccessFromIndexSignature: true },
    ...{ isolatedModules: true, verbatimModuleSyntax: true, erasableSyntaxOnly: true, noUnusedLocals: true },
  };
  await fs.outputJson(join(dir, "tsconfig.json"), { compilerOptions, include: ["src", "test"] });
  let output = "";
  for (const compiler of compilers) {
    const tsc = join(repo, "node_modules", compiler, "bin/tsc");
    const { stdout } = await x(process.execPath, [tsc, "-p", dir, "--pretty", "false"]);
    output += stdout;
  }
  return output;
}
