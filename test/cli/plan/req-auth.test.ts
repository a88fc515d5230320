import { describe, expect, test } from "vitest";
import { findReqAuth } from "../../../cli/plan/req-auth/conflict.js";

const augmentation = `declare global {
  namespace Express {
    interface Request {
      auth?: { userId: string };
    }
  }
}
export {};
`;

const jwt = 'import { expressjwt } from "express-jwt";\n';
const basic = 'import basicAuth from "express-basic-auth";\n';
const app = 'import express from "express";\nconst app = express();\n';
const handler = "export const authenticate = (req, res, next) => { req.auth = { id: 1 }; next(); };\n";
const router = 'import { Router } from "express";\nconst router = Router();\n';

interface Repo {
  readonly files: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly sourceDir?: string;
  readonly ours?: readonly string[];
}

function find({ files, dependencies = {}, sourceDir = "src", ours = [] }: Repo) {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const packageJson = { text: "", name: "x", type: "module" as const, scripts: {}, dependencies, devDependencies: {} };
  const project = { sourceDir, packageJson, aliases: [{ prefix: "@/", target: "src/" }] };
  return findReqAuth(sources, project, { mount: "/api/auth", guard: "protectedRoute", ours: new Set(ours) });
}

describe("an auth that a file gives to Express's Request", () => {
  test.each<[string, Record<string, string>, string | null]>([
    [
      "the Express namespace",
      { "src/types.d.ts": augmentation },
      "src/types.d.ts:4 declares auth on Express's Request",
    ],
    ["a types folder beside the sources", { "types/express/index.d.ts": augmentation }, "types/express/index.d.ts:4"],
    [
      "the core module",
      { "src/a.ts": `declare module "express-serve-static-core" {\n  interface Request { readonly auth: string }\n}` },
      "src/a.ts:2 declares",
    ],
    [
      "a package that types it, imported",
      { "src/a.ts": 'import { auth } from "express-oauth2-jwt-bearer";' },
      "src/a.ts",
    ],
    ["another member", { "src/a.ts": augmentation.replace("auth?", "authUser?") }, null],
    [
      "a nested member",
      { "src/a.ts": augmentation.replace("auth?: { userId: string }", "user?: { auth: string }") },
      null,
    ],
    ["a comment", { "src/a.ts": augmentation.replace("auth?", "// auth?") }, null],
    ["a Request of another namespace", { "src/a.ts": `interface Request { auth: string }` }, null],
    ["build output", { "src/dist/a.d.ts": augmentation }, null],
    ["a file outside the sources", { "scripts/a.ts": augmentation }, null],
    ["a test", { "src/a.test.ts": augmentation }, null],
  ])("%s", (_, files, expected) => {
    const { conflict } = find({ files });
    if (expected === null) expect(conflict).toBeNull();
    else expect(conflict).toContain(expected);
  });

  test("our own file is no conflict", () => {
    const files = { "src/middleware/jwt.ts": augmentation };
    expect(find({ files, ours: ["src/middleware/jwt.ts"] }).conflict).toBeNull();
    expect(find({ files, sourceDir: "." }).conflict).toContain("src/middleware/jwt.ts:4");
  });
});

describe("a req.auth that is set for the whole app, or before our mount, is refused", () => {
  const imported = (how: string, from: string) => `import ${how} from "${from}";\n`;

  test.each<[string, Record<string, string>, string]>([
    ["express-jwt", { "src/app.ts": `${app}${jwt}app.use(expressjwt({ secret }));` }, "src/app.ts:4"],
    [
      "with .unless()",
      { "src/app.ts": `${app}${jwt}app.use(expressjwt({ secret }).unless({ path: ["/"] }));` },
      "src/app.ts:4",
    ],
    [
      "required",
      { "src/app.ts": `${app}const jwt = require("express-jwt");\napp.use(jwt({ secret }));` },
      "src/app.ts:4",
    ],
    [
      "kept in a name first",
      { "src/app.ts": `${app}${basic}const guard = basicAuth({});\napp.use(guard);` },
      "src/app.ts:5",
    ],
    ["on a path that ours is below", { "src/app.ts": `${app}${basic}app.use("/api", basicAuth({}));` }, "src/app.ts:4"],
    ["behind other handlers", { "src/app.ts": `${app}${basic}app.use(helmet(), basicAuth({}));` }, "src/app.ts:4"],
    [
      "a handler in place",
      { "src/app.ts": `${app}app.use((request, _res, next) => { request.auth = {}; next(); });` },
      "src/app.ts:3",
    ],
    [
      "under another name of the request",
      { "src/app.ts": `${app}app.use((r, _, next) => { (r as any)["auth"] = 1; next(); });` },
      "src/app.ts:3",
    ],
    [
      "a handler of another file",
      { "src/a.ts": handler, "src/app.ts": `${app}${imported("{ authenticate }", "./a.js")}app.use(authenticate);` },
      "src/app.ts:4",
    ],
    [
      "by an alias",
      { "src/mw/a.ts": handler, "src/app.ts": `${app}${imported("{ authenticate }", "@/mw/a")}app.use(authenticate);` },
      "src/app.ts:4",
    ],
    [
      "through a file of re-exports",
      {
        "src/mw/a.ts": handler,
        "src/mw/index.ts": 'export * from "./a.js";',
        "src/app.ts": `${app}${imported("{ authenticate }", "./mw")}app.use(authenticate);`,
      },
      "src/app.ts:4",
    ],
    [
      "made by a function",
      {
        "src/a.ts": "export function auth(o) { return (req, res, next) => { req.auth = o; next(); }; }",
        "src/app.ts": `${app}${imported("{ auth }", "./a")}app.use(auth({}));`,
      },
      "src/app.ts:4",
    ],
    [
      "a default export",
      {
        "src/a.ts": "export default function (req, res, next) { req.auth = 1; next(); }",
        "src/app.ts": `${app}${imported("authenticate", "./a")}app.use(authenticate);`,
      },
      "src/app.ts:4",
    ],
    [
      "a method of a class",
      {
        "src/a.ts": "class Guard { run(req, res, next) { req.auth = 1; next(); } }\nexport const guard = new Guard();",
        "src/app.ts": `${app}${imported("{ guard }", "./a")}app.use(guard.run);`,
      },
      "src/app.ts:4",
    ],
    [
      "in a class that makes the app",
      {
        "src/app.ts": `import express from "express";\n${jwt}class Server {\n  app = express();\n  constructor() { this.app.use(expressjwt({})); }\n}`,
      },
      "src/app.ts:5",
    ],
    [
      "in a file that is handed the app",
      {
        "src/app.ts": app,
        "src/mw.ts": `import type { Express } from "express";\n${jwt}export function setUp(server: Express) {\n  server.use(expressjwt({}));\n}`,
      },
      "src/mw.ts:4",
    ],
  ])("%s", (_, files, place) => {
    const { conflict, notes } = find({
      files,
      dependencies: { "express-jwt": "^8.0.0", "express-basic-auth": "^1.2.1" },
    });
    expect(conflict).toBe(`${place} sets req.auth for the whole app`);
    expect(notes).toEqual([]);
  });
});

describe("a req.auth that is set on some routes only is a note", () => {
  test.each<[string, Record<string, string>, string]>([
    [
      "another path of the app",
      { "src/app.ts": `${app}${basic}app.use("/admin", basicAuth({}));` },
      "src/app.ts:4 sets req.auth by express-basic-auth",
    ],
    [
      "one route",
      { "src/app.ts": `${app}${jwt}app.get("/me", expressjwt({}), me);` },
      "src/app.ts:4 sets req.auth by express-jwt",
    ],
    [
      "a router",
      {
        "src/users.ts": `${router}${jwt}router.use(expressjwt({}));\nexport default router;`,
        "src/app.ts": `${app}import users from "./users";\napp.use("/users", users);`,
      },
      "src/users.ts:4",
    ],
    ["a handler that no app uses", { "src/a.ts": `// set it\n\n${handler}` }, "src/a.ts:3 sets req.auth:"],
    [
      "a router beside it for the whole app",
      {
        "src/a.ts": `${handler}${router}export { router };\nrouter.use(authenticate);`,
        "src/app.ts": `${app}import { router } from "./a";\napp.use(router);`,
      },
      "src/a.ts:1",
    ],
  ])("%s", (_, files, place) => {
    const { conflict, notes } = find({
      files,
      dependencies: { "express-jwt": "^8.0.0", "express-basic-auth": "^1.2.1" },
    });
    expect(conflict).toBeNull();
    expect(notes).toEqual([expect.stringContaining(place)]);
  });

  test.each<[string, string, string]>([
    ["a package that nothing imports", "export const a = 1;", "^8.0.0"],
    ["express-jwt with another property", `${app}${jwt}app.use(expressjwt({ requestProperty: "user" }));`, "^8.0.0"],
    [
      "express-jwt before 7, which sets req.user",
      `${app}import jwt from "express-jwt";\napp.use(jwt({ secret }));`,
      "^6.1.1",
    ],
    ["a comparison", `if (req.auth === undefined || req.auth == null) {}`, ""],
    ["a read", `const auth = req.auth;`, ""],
    ["an auth of something else", `const config = {};\nconfig.auth = 1;\nthis.auth = 2;`, ""],
    ["a file that does not parse", `req.auth = (`, ""],
  ])("%s is nothing to say", (_, text, range) => {
    expect(find({ files: { "src/app.ts": text }, dependencies: range ? { "express-jwt": range } : {} })).toEqual({
      conflict: null,
      notes: [],
    });
  });
});
