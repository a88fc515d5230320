import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Checkup, KeyFile } from "../../../cli/doctor/checkup.js";
import { diagnose } from "../../../cli/doctor/diagnose.js";
import { checkNames, checkupOf, facts, findingsOf, type Given, shortly } from "../../support/checkup.js";

const good = "q7Zk1mW9xT4bN8vR2cY6hJ0sD5fG3aLpE_uIoKjMnBw";
const other = "B1n4VxQ8tR6yU3wE9zC5kH7mJ2sL0pD_fGaTiOqXeYr";
const router = (body: string) => `import { Router } from "express";\nexport const notes = Router();\n${body}\n`;
const server = (body: string) =>
  `import express from "express";\nimport { authRouter } from "./routes/auth.js";\nconst app = express();\n${body}\n`;

const withBadge = (list: string) => `import { badge } from "./badge.js";\nexport const ${list};\n`;

/** A project with an item that has an entry in this list of src/lists.ts. */
function badge(list: string): Given {
  const { record } = checkupOf();
  const appends = [{ file: "src/lists.ts", list, entry: "badge", from: "src/badge.ts" }];
  return { record: { ...record, items: { ...record.items, badge: { ...record.items["auth-basic"]!, appends } } } };
}

function keyFile(more: Partial<KeyFile>): KeyFile {
  return { path: "certs/a.pem", line: 3, tracked: false, ignored: false, readable: false, ...more };
}

/** What a file of the deployment takes from elsewhere. */
const taken = (name: string) => `\${${name}}`;

/** Check, what is wrong, the project with it, what is found; the project without it. */
const cases: readonly [check: string, wrong: string, before: Given, found: string, after: Given][] = [
  [
    "weak-secret",
    "a short secret",
    { env: { ".env": "A=1\nJWT_SECRET_KEY=abcdefghijklmnop\n" } },
    "unsafe .env:2 JWT_SECRET_KEY is shorter than 32 bytes",
    { env: { ".env": `A=1\nJWT_SECRET_KEY=${good}\n` } },
  ],
  [
    "weak-secret",
    "a secret of an example",
    { env: { ".env": "JWT_SECRET_KEY=change-me-change-me-change-me-change-me\n" } },
    "unsafe .env:1 JWT_SECRET_KEY is easy to guess",
    { env: { ".env": `JWT_SECRET_KEY=${good}\n` } },
  ],
  [
    "weak-secret",
    "one letter, many times",
    { env: { ".env.production": `PASSWORD_PEPPER=${"ab".repeat(20)}\n` } },
    "unsafe .env.production:1 PASSWORD_PEPPER is easy to guess",
    { env: { ".env.production": `PASSWORD_PEPPER=${good}\n` } },
  ],
  [
    "weak-secret",
    "one secret for two things",
    { env: { ".env": `JWT_SECRET_KEY=${good}\nPASSWORD_PEPPER=${good}\n` } },
    "unsafe .env:2 PASSWORD_PEPPER is the same as JWT_SECRET_KEY",
    { env: { ".env": `JWT_SECRET_KEY=${good}\nPASSWORD_PEPPER=${other}\n` } },
  ],
  [
    "weak-secret",
    "a default in the code",
    { sources: { "src/config.ts": '\nconst secret = process.env.JWT_SECRET ?? "dev";\n' } },
    "unsafe src/config.ts:2 JWT_SECRET has a default in the code",
    { sources: { "src/config.ts": '\n// process.env.JWT_SECRET ?? "dev"\nconst secret = process.env.JWT_SECRET;\n' } },
  ],
  [
    "weak-secret",
    "a default taken out of process.env",
    { sources: { "src/config.ts": '\nconst { PORT = 1, JWT_SECRET_KEY = "dev", A } = process.env;\n' } },
    "unsafe src/config.ts:2 JWT_SECRET_KEY has a default in the code",
    {
      sources: {
        "src/config.ts":
          'const { PORT = "1", JWT_SECRET_KEY } = process.env;\nif (process.env.JWT_SECRET_KEY === "dev") process.env.JWT_SECRET_KEY = made;\n',
      },
    },
  ],
  [
    "weak-secret",
    "a default set where missing",
    { sources: { "src/config.ts": '\nprocess.env.JWT_SECRET_KEY ??= "dev";\n' } },
    "unsafe src/config.ts:2 JWT_SECRET_KEY has a default in the code",
    {
      sources: {
        "src/config.ts":
          'const { PORT = "1", JWT_SECRET_KEY } = process.env;\nif (process.env.JWT_SECRET_KEY === "dev") process.env.JWT_SECRET_KEY = made;\n',
      },
    },
  ],
  [
    "weak-secret",
    "a default written over",
    { sources: { "src/config.ts": '\nprocess.env["JWT_SECRET_KEY"] = "dev";\n' } },
    "unsafe src/config.ts:2 JWT_SECRET_KEY has a default in the code",
    {
      sources: {
        "src/config.ts":
          'const { PORT = "1", JWT_SECRET_KEY } = process.env;\nif (process.env.JWT_SECRET_KEY === "dev") process.env.JWT_SECRET_KEY = made;\n',
      },
    },
  ],
  [
    "weak-secret",
    "a default behind an or",
    { sources: { "src/config.ts": '\nconst k = process.env.JWT_SECRET_KEY || "dev";\n' } },
    "unsafe src/config.ts:2 JWT_SECRET_KEY has a default in the code",
    {
      sources: {
        "src/config.ts":
          'const { PORT = "1", JWT_SECRET_KEY } = process.env;\nif (process.env.JWT_SECRET_KEY === "dev") process.env.JWT_SECRET_KEY = made;\n',
      },
    },
  ],
  [
    "committed-secret",
    "an .env that git has",
    { env: { ".env": `\nJWT_SECRET_KEY=${good}\n` }, tracked: [".env"] },
    "unsafe .env:2 JWT_SECRET_KEY is committed to git",
    { env: { ".env": `\nJWT_SECRET_KEY=${good}\n`, ".env.example": "JWT_SECRET_KEY=\n" }, tracked: [".env.example"] },
  ],
  [
    "committed-secret",
    "a secret that git once had",
    { env: { ".env": `PASSWORD_PEPPER=${good}\n` }, past: { ".env": `A=1\nPASSWORD_PEPPER=${good}` } },
    "unsafe .env:1 PASSWORD_PEPPER is in git's history",
    { env: { ".env": `PASSWORD_PEPPER=${good}\n` }, past: { ".env": `A=1\nPASSWORD_PEPPER=${other}` } },
  ],
  [
    "committed-secret",
    "a secret pasted into the source",
    { env: { ".env": `JWT_SECRET_KEY=${good}\n` }, sources: { "src/x.ts": `\n\nsign("${good}");\n` } },
    "unsafe src/x.ts:3 the value of JWT_SECRET_KEY stands in the source",
    { env: { ".env": `JWT_SECRET_KEY=${good}\n` }, sources: { "src/x.ts": "sign(process.env.JWT_SECRET_KEY);\n" } },
  ],
  [
    "committed-secret",
    "the real secret in the example",
    { env: { ".env": `PASSWORD_PEPPER=${good}\n`, ".env.example": `# x\nPASSWORD_PEPPER=${good}\n` } },
    "unsafe .env.example:2 the value of PASSWORD_PEPPER stands in the source",
    { env: { ".env": `PASSWORD_PEPPER=${good}\n`, ".env.example": "# x\nPASSWORD_PEPPER=change-me\n" } },
  ],
  [
    "private-key",
    "a private key that git has",
    { keyFiles: [keyFile({ tracked: true })] },
    "unsafe certs/a.pem:3 a private key is committed to git",
    { keyFiles: [keyFile({ ignored: true })] },
  ],
  [
    "private-key",
    "a private key that git would take",
    { keyFiles: [keyFile({})] },
    "unsafe certs/a.pem:3 a private key is in a file that git does not ignore",
    { env: { ".env": "" }, tracked: [".env"], keyFiles: [keyFile({ path: ".env", tracked: true })] },
  ],
  [
    "private-key",
    "a private key that everybody may read",
    { keyFiles: [keyFile({ ignored: true, readable: true })] },
    "unsafe certs/a.pem:3 everybody on this machine may read a private key",
    { keyFiles: [keyFile({ ignored: true })] },
  ],
  [
    "private-key",
    "a private key of a test",
    { keyFiles: [keyFile({ path: "test/a.pem", tracked: true })] },
    "hint test/a.pem:3 a private key is committed to git",
    {},
  ],
  [
    "private-key",
    "a private key in a sample",
    {
      env: { ".env.example": "" },
      tracked: [".env.example"],
      keyFiles: [keyFile({ path: ".env.example", tracked: true })],
    },
    "unsafe .env.example:3 a private key is committed to git",
    {},
  ],
  [
    "hs-over",
    "a time that is past",
    { env: { ".env": "A=1\nJWT_HS256_UNTIL=2026-01-31T12:00:00Z\n" }, now: new Date("2026-01-31T12:00:01Z") },
    "hint .env:2 JWT_HS256_UNTIL is past: HS256 is over",
    { env: { ".env": "JWT_HS256_UNTIL=2026-01-31T12:00:00Z\n" }, now: new Date("2026-01-31T11:59:59Z") },
  ],
  [
    "secret-in-build",
    "a secret that the bundler has written out",
    { env: { ".env": `PASSWORD_PEPPER=${good}\n` }, outputs: { "dist/server.js": `var a;\nvar k="${good}";` } },
    "unsafe dist/server.js:2 the value of PASSWORD_PEPPER is in the build",
    {
      env: { ".env": `PASSWORD_PEPPER=${good}\n` },
      outputs: { "dist/server.js": "var k=process.env.PASSWORD_PEPPER" },
    },
  ],
  [
    "not-ignored",
    "an .env that git would take along",
    { git: { known: true, exposed: [".env"] } },
    "unsafe .gitignore:null .env is not ignored",
    { git: { known: true, exposed: [] } },
  ],
  [
    "not-ignored",
    "the same without a repository",
    { git: { known: false, exposed: [".data/"] } },
    "warning .gitignore:null .data/ is not ignored",
    { git: { known: false, exposed: [] } },
  ],
  [
    "bcrypt-cost",
    "a cost of 8",
    { env: { ".env": "\n\nBCRYPT_COST=8\n" } },
    "unsafe .env:3 BCRYPT_COST is 8",
    { env: { ".env": "BCRYPT_COST=10\n" } },
  ],
  [
    "access-token-life",
    "tokens of two hours",
    { env: { ".env": "ACCESS_TOKEN_MINUTES=120\n" } },
    "warning .env:1 access tokens live 120 minutes",
    { env: { ".env": "ACCESS_TOKEN_MINUTES=60\n" } },
  ],
  [
    "trust-proxy",
    "trust proxy true",
    { sources: { "src/app.ts": 'app.set(\n  "trust proxy",\n  true,\n);\n' } },
    "unsafe src/app.ts:1 trust proxy is true",
    { sources: { "src/app.ts": 'app.set("trust proxy", 1);\n// app.set("trust proxy", true)\n' } },
  ],
  [
    "trust-proxy",
    "trust proxy enabled",
    { sources: { "src/app.ts": "\napp.enable('trust proxy');\n" } },
    "unsafe src/app.ts:2 trust proxy is true",
    { sources: { "src/app.ts": "app.disable('trust proxy');\n" } },
  ],
  [
    "open-cors",
    "any origin, reflected, with credentials",
    { sources: { "src/app.ts": "\napp.use(cors({ origin: true, credentials: true }));\n" } },
    "unsafe src/app.ts:2 CORS is open to every origin, with credentials",
    { sources: { "src/app.ts": 'app.use(cors({ origin: ["https://a.example"], credentials: true }));\n' } },
  ],
  [
    "open-cors",
    "a star in a constant",
    { sources: { "src/app.ts": 'const corsOptions: CorsOptions = {\n  "origin": "*", credentials: true };\n' } },
    "unsafe src/app.ts:1 CORS is open to every origin, with credentials",
    {
      sources: {
        "src/app.ts": 'const corsOptions = { origin: "*" };\nfetch(url, { credentials: true, origin: true });\n',
      },
    },
  ],
  [
    "open-cors",
    "a function that lets every origin pass",
    { sources: { "src/app.ts": "\napp.use(cors({ origin: (o, cb) => cb(null, true), credentials: true }));\n" } },
    "unsafe src/app.ts:2 CORS is open to every origin, with credentials",
    { sources: { "src/app.ts": "app.use(cors({ origin: (o, cb) => cb(null, list.has(o)), credentials: true }));\n" } },
  ],
  [
    "router-place",
    "no mount at all",
    { sources: { "src/server.ts": 'import express from "express";\nexpress();\n' } },
    "warning src/server.ts:null authRouter is mounted nowhere",
    {},
  ],
  [
    "router-place",
    "an import that nothing uses",
    { sources: { "src/server.ts": server("app.listen(1);") } },
    "warning src/server.ts:null authRouter is mounted nowhere",
    { sources: { "src/server.ts": server('app.use("/api/auth", authRouter);') } },
  ],
  [
    "router-place",
    "a mount after the 404",
    { sources: { "src/server.ts": server("app.use(notFound);\napp.use('/api/auth', authRouter);") } },
    "warning src/server.ts:5 authRouter is mounted after notFound (line 4)",
    { sources: { "src/server.ts": server("app.use('/api/auth', authRouter);\napp.use(notFound);") } },
  ],
  [
    "router-place",
    "a mount after a guard",
    { sources: { "src/server.ts": server("app.use(requireAuth);\napp.use('/api/auth', authRouter);") } },
    "warning src/server.ts:5 authRouter is mounted after requireAuth (line 4)",
    { sources: { "src/server.ts": server("app.use(errorHandler);\napp.use('/api/auth', authRouter);") } },
  ],
  [
    "router-place",
    "a mount by an alias in another file, missing",
    { sources: { "src/server.ts": "", "src/api.ts": 'import { authRouter } from "@/routes/auth";\n' } },
    "warning src/server.ts:null authRouter is mounted nowhere",
    {
      sources: {
        "src/server.ts": "",
        "src/api.ts": 'import { authRouter as a } from "@/routes/auth";\nrouter.use("/x", a);\n',
      },
    },
  ],
  [
    "late-cors",
    "a guard before cors()",
    {
      sources: {
        "src/api.ts": router(
          'notes.use("/orders", protectedRoute);\nnotes.use(cors({ origin: "https://a.example" }));',
        ),
      },
    },
    "hint src/api.ts:3 a guard stands before what answers preflights (CORS)",
    {
      sources: {
        "src/api.ts": router('notes.use(cors());\nnotes.use("/orders", protectedRoute);'),
        "src/more.ts": router('notes.use("/orders", protectedRoute); // cors() is in api.ts'),
        "src/shop.ts": router('notes.use("/orders", allowOrigins, protectedRoute);').replace(
          "",
          'import { allowOrigins } from "@/middleware/same-origin";\n',
        ),
      },
    },
  ],
  [
    "late-cors",
    "a guard and its allowOrigins the wrong way round",
    {
      sources: {
        "src/api.ts": router('notes.use("/orders", protectedRoute, allowOrigins);').replace(
          "",
          'import { allowOrigins } from "@/middleware/same-origin";\n',
        ),
      },
    },
    "hint src/api.ts:4 a guard stands before what answers preflights (CORS)",
    { sources: { "src/api.ts": router('notes.get("/orders", protectedRoute, list);\nnotes.use(cors());') } },
  ],
  [
    "missing-guard",
    "one route of a file without",
    {
      sources: {
        "src/routes/notes.ts": router(
          'notes.post("/", protectedRoute, add);\nnotes.delete("/:id", (req, res) => {\n});',
        ),
      },
    },
    "hint src/routes/notes.ts:4 DELETE /:id has no protectedRoute, other routes of this file have it",
    { sources: { "src/routes/notes.ts": router('notes.post("/", protectedRoute, add);\nnotes.get("/", list);') } },
  ],
  [
    "missing-guard",
    "one file of a folder without",
    {
      sources: {
        "src/routes/notes.ts": router('notes.get("/", protectedRoute, list);'),
        "src/routes/books.ts": router('\nnotes.get("/", list);'),
      },
    },
    "hint src/routes/books.ts:4 this file never asks for a login, its neighbours do",
    {
      sources: {
        "src/routes/notes.ts": router('notes.get("/", protectedRoute, list);'),
        "src/routes/books.ts": router('notes.use(protectedRoute);\nnotes.get("/", list);'),
        "src/routes/films.ts": router('notes.get("/", list);').replace("notes =", "films ="),
        "src/app.ts": 'import { films } from "./routes/films.js";\napp.use("/films", protectedRoute, films);\n',
      },
    },
  ],
  [
    "missing-guard",
    "the guard under another name is the guard",
    {
      sources: {
        "src/routes/notes.ts": router('notes.post("/", login, add);\nnotes.delete("/:id", remove);').replace(
          "",
          'import { protectedRoute as login } from "@/middleware/jwt";\n',
        ),
      },
    },
    "hint src/routes/notes.ts:5 DELETE /:id has no protectedRoute, other routes of this file have it",
    {
      sources: {
        "src/guards.ts": 'export { protectedRoute as login } from "./middleware/jwt.js";\n',
        "src/admin.ts":
          'import { login } from "./guards.js";\nexport const admin = [login, isAdmin];\n' +
          "export const owner = (role) => (req, res, next) => login(req, res, next);\n",
        "src/routes/notes.ts": router(
          'notes.post("/", login, add);\nnotes.delete("/:id", admin, remove);\nnotes.put("/:id", owner("me"), put);',
        ).replace("", 'import { login } from "../guards.js";\nimport { admin, owner } from "../admin.js";\n'),
      },
    },
  ],
  [
    "ignored-expiry",
    "a token that is taken after its end",
    { sources: { "src/guard.ts": "\nconst p = jwt.verify(t, key, { algorithms: [a], ignoreExpiration: true });\n" } },
    "unsafe src/guard.ts:2 a token is taken after it has expired",
    {
      sources: {
        "src/guard.ts": "jwt.verify(t, key, { algorithms: [a], ignoreExpiration: false, clockTolerance: 5 });\n",
      },
    },
  ],
  [
    "ignored-expiry",
    "a tolerance of a year, by a constant",
    {
      sources: {
        "src/guard.ts": "\nconst day = 86_400;\njwtVerify(t, key, {\n  clockTolerance: day * 365,\n});\n",
        "src/other.ts": "",
      },
    },
    "unsafe src/guard.ts:4 a token is taken after it has expired",
    { sources: { "src/guard.ts": "const late = 60;\njwtVerify(t, key, { clockTolerance: late });\n" } },
  ],
  [
    "rate-limit-off",
    "the limits off in production",
    { env: { ".env.production": "A=1\nAUTH_RATE_LIMIT=off\n" } },
    "unsafe .env.production:2 the limits on guesses of a password are off",
    {
      env: {
        ".env.production": "AUTH_RATE_LIMIT=on\n",
        ".env.test": "AUTH_RATE_LIMIT=off\n",
        ".env.development": "AUTH_RATE_LIMIT=off\n",
      },
    },
  ],
  [
    "rate-limit-off",
    "the limits off in .env",
    { env: { ".env": "AUTH_RATE_LIMIT=off\n" } },
    "warning .env:1 the limits on guesses of a password are off",
    { env: { ".env": "AUTH_RATE_LIMIT=\n" } },
  ],
  [
    "rate-limit-off",
    "the limits off in a compose file",
    { deploy: { "compose.yml": "services:\n  api:\n    environment:\n      AUTH_RATE_LIMIT: off # for now\n" } },
    "unsafe compose.yml:4 the limits on guesses of a password are off",
    {
      deploy: {
        "compose.yml": `environment:\n  AUTH_RATE_LIMIT: ${taken("AUTH_RATE_LIMIT:-on")}\n`,
        "compose.test.yml": "environment:\n  AUTH_RATE_LIMIT: off\n",
        ".github/workflows/ci.yml": "env:\n  AUTH_RATE_LIMIT: off\n",
      },
    },
  ],
  [
    "rate-limit-off",
    "the limits off by default",
    {
      sources: {
        "src/c.ts": 'export const c = {\n  rateLimit: oneOf(env, "AUTH_RATE_LIMIT", ["off", "on"]) === "on",\n};\n',
      },
    },
    "unsafe src/c.ts:2 the limits on guesses of a password are off",
    {
      sources: {
        "src/c.ts":
          'const c = { rateLimit: oneOf(env, "AUTH_RATE_LIMIT", ["on", "off"]) === "on" };\nconst o = { rateLimit: false };\n',
      },
    },
  ],
  [
    "passkey-domain",
    "another domain in the deployment than in the sample",
    {
      env: { ".env.example": "A=1\nWEBAUTHN_RP_ID=shop.example\n", ".env": "WEBAUTHN_RP_ID=localhost\n" },
      deploy: { "compose.yml": "environment:\n  WEBAUTHN_RP_ID: www.shop.example\n" },
    },
    "warning .env.example:2 WEBAUTHN_RP_ID is another domain than elsewhere in the project",
    {
      env: {
        ".env.example": "WEBAUTHN_RP_ID=\n",
        ".env": "WEBAUTHN_RP_ID=localhost\n",
        ".env.production": "WEBAUTHN_RP_ID=shop.example\n",
        ".env.test": "WEBAUTHN_RP_ID=other.example\n",
      },
      deploy: {
        "compose.yml": `environment:\n  WEBAUTHN_RP_ID: ${taken("WEBAUTHN_RP_ID:-shop.example")}\n`,
        "compose.test.yml": "environment:\n  WEBAUTHN_RP_ID: other.example\n",
      },
    },
  ],
  [
    "open-on-error",
    "a guard of one's own that says next in its catch",
    {
      sources: {
        "src/guard.ts":
          "export const g = async (req, res, next) => {\n  try {\n    req.user = jwt.verify(t, key);\n  } catch (e) {\n    return next();\n  }\n};\n",
      },
    },
    "warning src/guard.ts:4 a request passes when the look at who sends it fails",
    {
      sources: {
        "src/guard.ts":
          "export const g = async (req, res, next) => {\n  try {\n    req.user = jwt.verify(t, key);\n    next();\n  } catch (e) {\n    next(e);\n  }\n};\n" +
          "export const optionalAuth = (req, res, next) => authenticate(req).then(() => next(), () => next());\n",
      },
    },
  ],
  [
    "open-on-error",
    "a next that is called under another type",
    {
      sources: {
        "src/guard.ts":
          "\nconst g = (req: R, res: S, next: N) => authenticate(req).catch(() => (next as () => void)());\n",
      },
    },
    "warning src/guard.ts:2 a request passes when the look at who sends it fails",
    {
      sources: {
        "src/guard.ts":
          "\n// What comes next is the next handler.\nconst g = (req: R, res: S) => authenticate(req).catch(() => fail(res));\n",
      },
    },
  ],
  [
    "open-on-error",
    "a guard that goes on behind its catch",
    {
      sources: {
        "src/guard.ts":
          "export async function g(req, res, next) {\n  try {\n    req.auth = await authenticate(req);\n  } catch (e) {\n    log(e);\n  }\n  next();\n}\n",
      },
    },
    "warning src/guard.ts:4 a request passes when the look at who sends it fails",
    {
      sources: {
        "src/guard.ts":
          "export async function g(req, res, next) {\n  try {\n    req.auth = await authenticate(req);\n  } catch (e) {\n    return res.status(401).end();\n  }\n  next();\n}\n",
      },
    },
  ],
  [
    "open-on-error",
    "a promise whose end says next",
    {
      sources: {
        "src/guard.ts": "\nconst g = (req, res, next) => authenticate(req).then(keep).catch(() => next());\n",
      },
    },
    "warning src/guard.ts:2 a request passes when the look at who sends it fails",
    {
      sources: { "src/guard.ts": "const g = (req, res, next) => authenticate(req).then(() => next()).catch(next);\n" },
    },
  ],
  [
    "open-on-error",
    "a finally that says next",
    { sources: { "src/guard.ts": "\nconst g = (req, res, next) => authenticate(req).finally(next);\n" } },
    "warning src/guard.ts:2 a request passes when the look at who sends it fails",
    {
      sources: {
        "src/guard.ts": "const g = (req, res, next) => authenticate(req).finally(done).then(() => next(), next);\n",
      },
    },
  ],
  [
    "open-on-error",
    "a callback that says next on error",
    {
      sources: {
        "src/guard.ts":
          "jwt.verify(t, key, (err, payload) => {\n  if (err) return next();\n  req.user = payload;\n  next();\n});\n",
      },
    },
    "warning src/guard.ts:2 a request passes when the look at who sends it fails",
    {
      sources: {
        "src/guard.ts": "jwt.verify(t, key, (err, payload) => {\n  if (err) return next(err);\n  next();\n});\n",
      },
    },
  ],
  [
    "open-on-error",
    "a revocation that counts as none when it can't be asked",
    { sources: { "src/guard.ts": "\nif (await isRevoked(id).catch(() => false)) throw new Error();\n" } },
    "warning src/guard.ts:2 a request passes when the look at who sends it fails",
    { sources: { "src/guard.ts": "if (await isRevoked(id).catch(() => true)) throw new Error();\n" } },
  ],
  [
    "committed-secret",
    "any value in a compose file",
    {
      deploy: {
        "docker-compose.yml": "services:\n  api:\n    environment:\n      - PORT=1\n      - JWT_SECRET_KEY=abc\n",
      },
    },
    "unsafe docker-compose.yml:5 JWT_SECRET_KEY has its value in the file",
    {
      deploy: {
        "docker-compose.yml": `environment:\n  - JWT_SECRET_KEY=${taken("JWT_SECRET_KEY:?missing")}\n  - PASSWORD_PEPPER\n  - JWT_SECRET_KEY_FILE=/run/secrets/key\n  # - JWT_SECRET_KEY=abc\n`,
        "docker-compose.test.yml": "environment:\n  JWT_SECRET_KEY: abc\n",
      },
    },
  ],
  [
    "committed-secret",
    "a default of a compose file",
    { deploy: { "compose.yaml": `environment:\n  JWT_SECRET_KEY: ${taken("JWT_SECRET_KEY:-change-me")}\n` } },
    "unsafe compose.yaml:2 JWT_SECRET_KEY has its value in the file",
    { deploy: { "compose.yaml": `environment:\n  JWT_SECRET_KEY: ${taken("JWT_SECRET_KEY:-")}\n` } },
  ],
  [
    "committed-secret",
    "any value in a Dockerfile",
    { deploy: { Dockerfile: 'FROM node\nENV PORT=1 \\\n    PASSWORD_PEPPER="a b"\n' } },
    "unsafe Dockerfile:3 PASSWORD_PEPPER has its value in the file",
    {
      deploy: {
        Dockerfile:
          "FROM node\nARG PASSWORD_PEPPER\nENV PASSWORD_PEPPER=$PASSWORD_PEPPER\nRUN PASSWORD_PEPPER=x npm run build\n",
      },
    },
  ],
  [
    "committed-secret",
    "any value in a Dockerfile, the old way",
    { deploy: { Dockerfile: "FROM node\nENV JWT_SECRET_KEY abc\n" } },
    "unsafe Dockerfile:2 JWT_SECRET_KEY has its value in the file",
    { deploy: { Dockerfile: "FROM node\nENV JWT_SECRET_KEY $KEY\n" } },
  ],
  [
    "committed-secret",
    "any value in a workflow",
    { deploy: { ".github/workflows/deploy.yml": "env:\n  JWT_SECRET_KEY: 'q7Zk1mW9xT4b'\n" } },
    "unsafe .github/workflows/deploy.yml:2 JWT_SECRET_KEY has its value in the file",
    {
      deploy: {
        ".github/workflows/deploy.yml": `env:\n  JWT_SECRET_KEY: ${taken("{ secrets.JWT_SECRET_KEY }")}\n  PASSWORD_PEPPER: a-pepper-for-tests-only\nrun: echo "JWT_SECRET_KEY=$(openssl rand -base64 32)" >> $GITHUB_ENV\n`,
      },
    },
  ],
  [
    "committed-secret",
    "a value on the line below its name",
    { deploy: { "render.yaml": "envVars:\n  - key: JWT_SECRET_KEY\n    value: abc\n" } },
    "unsafe render.yaml:2 JWT_SECRET_KEY has its value in the file",
    { deploy: { "render.yaml": "envVars:\n  - key: JWT_SECRET_KEY\n    generateValue: true\n" } },
  ],
  [
    "bcrypt-cost",
    "a low default in the code",
    { sources: { "src/auth/c.ts": '\nconst cost = number(env, "BCRYPT_COST", 8, { from: 4, to: 16 });\n' } },
    "unsafe src/auth/c.ts:2 the cost of bcrypt is 8 in the code",
    { sources: { "src/auth/c.ts": 'const cost = number(env, "BCRYPT_COST", 12, { from: 4, to: 16 });\n' } },
  ],
  [
    "bcrypt-cost",
    "a low cost where the environment says nothing",
    { sources: { "src/c.ts": "\nconst cost = Number(process.env.BCRYPT_COST ?? 8);\n" } },
    "unsafe src/c.ts:2 the cost of bcrypt is 8 in the code",
    { sources: { "src/c.ts": "const cost = Number(process.env.BCRYPT_COST ?? 11);\n" } },
  ],
  [
    "bcrypt-cost",
    "a low cost handed to bcrypt, by a constant of another file",
    {
      sources: {
        "src/limits.ts": "export const limits = { rounds: 4 + 2 };\n",
        "src/hash.ts":
          'import { limits } from "./limits.js";\nexport const h = (p) => bcrypt.hash(p, limits.rounds);\n',
      },
    },
    "unsafe src/hash.ts:2 the cost of bcrypt is 6 in the code",
    {
      sources: {
        "src/limits.ts": "export const limits = { rounds: 12 };\n",
        "src/hash.ts":
          'import { limits } from "./limits.js";\nexport const h = (p) => bcrypt.hash(p, limits.rounds);\n',
      },
    },
  ],
  [
    "access-token-life",
    "a long default in the code",
    {
      sources: {
        "src/auth/c.ts": '\nconst s = Math.round(number(env, "ACCESS_TOKEN_MINUTES", 24 * 60, { to: 9999 }) * 60);\n',
      },
    },
    "warning src/auth/c.ts:2 access tokens live 1440 minutes",
    { sources: { "src/auth/c.ts": 'const s = number(env, "ACCESS_TOKEN_MINUTES", 15, { to: 1440 });\n' } },
  ],
  [
    "access-token-life",
    "a long life in place of the setting",
    { sources: { "src/auth/c.ts": "const config = {\n  accessTokenSeconds: 7 * 86_400,\n};\n" } },
    "warning src/auth/c.ts:2 access tokens live 10080 minutes",
    { sources: { "src/auth/c.ts": "const config = { accessTokenSeconds: 15 * 60 };\n" } },
  ],
  [
    "conflict-markers",
    "a source with a conflict",
    { sources: { "src/a.ts": "const a = 1;\n<<<<<<< HEAD\nconst b = 1;\n=======\nconst b = 2;\n>>>>>>> main\n" } },
    "warning src/a.ts:2 a conflict of a merge is left",
    { sources: { "src/a.ts": "const text = `\n<<<<<<< HEAD\n=======\n>>>>>>> main\n`;\n" } },
  ],
  [
    "conflict-markers",
    "an environment file with a conflict",
    { env: { ".env": "A=1\n<<<<<<< HEAD\nB=1\n=======\nB=2\n>>>>>>> main\n" } },
    "warning .env:2 a conflict of a merge is left",
    { env: { ".env": "A=1\n# =======\n" } },
  ],
  [
    "trust-proxy",
    "a function that trusts everybody",
    { sources: { "src/app.ts": 'const app = express();\napp.set("trust proxy", () => true);\n' } },
    "unsafe src/app.ts:2 trust proxy is true",
    { sources: { "src/app.ts": 'app.set("trust proxy", (ip) => ip === "127.0.0.1");\n' } },
  ],
  [
    "trust-proxy",
    "a function by its name, with a body",
    { sources: { "src/app.ts": 'function all() {\n  return !0;\n}\napp.set("trust proxy", all);\n' } },
    "unsafe src/app.ts:4 trust proxy is true",
    { sources: { "src/app.ts": 'function some(ip) {\n  return list.has(ip);\n}\napp.set("trust proxy", some);\n' } },
  ],
  [
    "trust-proxy",
    "a constant of another file",
    {
      sources: {
        "src/config.ts": "export const config = { proxy: { trust: true } } as const;\n",
        "src/app.ts": 'import { config } from "@/config";\napp.set("trust proxy", config.proxy.trust);\n',
      },
    },
    "unsafe src/app.ts:2 trust proxy is true",
    {
      sources: {
        "src/config.ts": "export const config = { proxy: { trust: 1 } } as const;\n",
        "src/app.ts": 'import { config } from "@/config";\napp.set("trust proxy", config.proxy.trust);\n',
      },
    },
  ],
  [
    "trust-proxy",
    "a name by a constant of another file",
    {
      sources: {
        "src/names.ts": 'export const name = "trust proxy";\n',
        "src/app.ts": 'import { name } from "@/names";\napp.set(name, true);\n',
      },
    },
    "unsafe src/app.ts:2 trust proxy is true",
    {
      sources: {
        "src/names.ts": 'export const name = "trust proxy";\n',
        "src/app.ts": 'import { name } from "@/names";\napp.set(name, 1);\nnew Map().set("trust proxy", 1);\n',
      },
    },
  ],
  [
    "trust-proxy",
    "a default of the environment, a name by a constant",
    { sources: { "src/app.ts": 'const name = "trust proxy";\napp.set(name, process.env.PROXY ?? true);\n' } },
    "unsafe src/app.ts:2 trust proxy is true",
    {
      sources: {
        "src/app.ts":
          'const name = "trust proxy";\napp.set(name, process.env.PROXY ?? 1);\napp.set("json spaces", true);\n',
      },
    },
  ],
  [
    "trust-proxy",
    "a range of every address",
    { sources: { "src/app.ts": '\napp.set("trust proxy", ["loopback", "0.0.0.0/0"]);\n' } },
    "unsafe src/app.ts:2 trust proxy is true",
    { sources: { "src/app.ts": 'app.set("trust proxy", ["loopback", "10.0.0.0/8"]);\n' } },
  ],
  [
    "open-cors",
    "headers by hand that hand back the origin",
    {
      sources: {
        "src/app.ts":
          'app.use((req, res, next) => {\n  res.setHeader("Access-Control-Allow-Origin", req.headers.origin ?? "*");\n  res.setHeader("Access-Control-Allow-Credentials", "true");\n  next();\n});\n',
      },
    },
    "unsafe src/app.ts:2 CORS is open to every origin, with credentials",
    {
      sources: {
        "src/app.ts":
          'app.use((req, res, next) => {\n  const origin = req.headers.origin;\n  if (origin && allowed.includes(origin)) {\n    res.setHeader("Access-Control-Allow-Origin", origin);\n    res.setHeader("Access-Control-Allow-Credentials", "true");\n  }\n  next();\n});\n',
        "src/b.ts": 'res.setHeader("Access-Control-Allow-Origin", "*");\n',
        "src/c.ts":
          'res.set("Access-Control-Allow-Origin", "https://a.example");\nres.set("Access-Control-Allow-Credentials", "true");\n',
      },
    },
  ],
  [
    "open-cors",
    "headers by hand in an object, the origin from a variable",
    {
      sources: {
        "src/app.ts":
          'app.use((req, res, next) => {\n  const { origin } = req.headers;\n  if (origin) {\n    res.set({\n      "Access-Control-Allow-Origin": origin,\n      "Access-Control-Allow-Credentials": "true",\n    });\n  }\n  next();\n});\n',
      },
    },
    "unsafe src/app.ts:5 CORS is open to every origin, with credentials",
    {
      sources: {
        "src/app.ts":
          'app.use((req, res, next) => {\n  const origin = req.get("origin");\n  if (origin !== "https://a.example") return next();\n  res.set({ "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" });\n  next();\n});\n',
      },
    },
  ],
  [
    "open-cors",
    "options under a plain name",
    {
      sources: {
        "src/app.ts": "const options = {\n  origin: /.*/,\n  credentials: true,\n};\napp.use(cors(options));\n",
      },
    },
    "unsafe src/app.ts:1 CORS is open to every origin, with credentials",
    {
      sources: {
        "src/app.ts": "const options = { origin: /\\.a\\.example$/, credentials: true };\napp.use(cors(options));\n",
      },
    },
  ],
  [
    "open-cors",
    "a function of some lines that hands the origin back",
    {
      sources: {
        "src/app.ts":
          "\napp.use(cors({ credentials: true, origin(origin, callback) {\n  log(origin);\n  callback(null, origin);\n} }));\n",
      },
    },
    "unsafe src/app.ts:2 CORS is open to every origin, with credentials",
    {
      sources: {
        "src/app.ts":
          "app.use(cors({ credentials: true, origin(origin, callback) {\n  if (!list.has(origin)) return callback(new Error());\n  callback(null, true);\n} }));\n",
      },
    },
  ],
  [
    "missing-guard",
    "a change beside reads that are guarded",
    {
      sources: {
        "src/routes/notes.ts": router('notes.get("/", protectedRoute, list);\nnotes.delete("/:id", remove);'),
      },
    },
    "hint src/routes/notes.ts:4 DELETE /:id has no protectedRoute, other routes of this file have it",
    {
      sources: {
        "src/routes/notes.ts": router(
          'notes.get("/", protectedRoute, list);\nnotes.post("/login", logIn);\nnotes.post("/webhooks/stripe", hook);',
        ),
      },
    },
  ],
  [
    "missing-guard",
    "a change beside a router that is mounted behind the guard",
    {
      sources: {
        "src/app.ts": 'const app = express();\napp.use("/notes", protectedRoute, notes);\napp.post("/books", add);\n',
      },
    },
    "hint src/app.ts:3 POST /books has no protectedRoute, other routes of this file have it",
    {
      sources: {
        "src/app.ts":
          'app.use("/notes", protectedRoute, notes);\napp.use("/books", protectedRoute);\napp.post("/books", add);\n',
      },
    },
  ],
  [
    "missing-guard",
    "a change outside of the path that is guarded",
    {
      sources: {
        "src/app.ts": 'app.use("/api", protectedRoute);\napp.post("/api/notes", add);\napp.post("/apis", add);\n',
      },
    },
    "hint src/app.ts:3 POST /apis has no protectedRoute, other routes of this file have it",
    {
      sources: {
        "src/routes/notes.ts": router('notes.post("/", protectedRoute, add);\nnotes.delete("/:id", remove);'),
        "src/app.ts": 'import { notes } from "./routes/notes.js";\napp.use("/notes", protectedRoute, notes);\n',
      },
    },
  ],
  [
    "lost-entry",
    "an entry that guards, taken out",
    { ...badge("authenticators"), sources: { "src/lists.ts": "export const authenticators: X[] = [bearerToken];\n" } },
    "unsafe src/lists.ts:null badge of badge is not in authenticators",
    {
      ...badge("authenticators"),
      sources: { "src/lists.ts": withBadge("authenticators: X[] = [bearerToken, badge]") },
    },
  ],
  [
    "lost-entry",
    "another entry, imported and taken out",
    { ...badge("closers"), sources: { "src/lists.ts": withBadge("closers = []") } },
    "warning src/lists.ts:null badge of badge is not in closers",
    { ...badge("closers"), sources: { "src/lists.ts": withBadge("closers = make(badge)") } },
  ],
  [
    "lost-entry",
    "an entry that is filtered out",
    {
      ...badge("authenticators"),
      sources: { "src/lists.ts": withBadge("authenticators = all.filter((one) => one !== badge)") },
    },
    "unsafe src/lists.ts:null badge of badge is not in authenticators",
    {
      ...badge("authenticators"),
      sources: { "src/lists.ts": withBadge("authenticators = ([] as X[]).concat([bearerToken, badge])") },
    },
  ],
  [
    "lost-entry",
    "a list whose file is gone",
    badge("addOnRouters"),
    "unsafe src/lists.ts:null badge of badge is not in addOnRouters",
    {
      ...badge("addOnRouters"),
      sources: { "src/lists.ts": withBadge("addOnRouters = [b]").replace("{ badge }", "{ badge as b }") },
    },
  ],
  [
    "plain-http",
    "no HTTPS and no proxy",
    { sources: { "src/server.ts": 'import express from "express";\n// trust proxy\n' } },
    "hint src/server.ts:null nothing here speaks HTTPS, and Express knows of no proxy that does",
    { sources: { "src/server.ts": 'import { createServer } from "node:https";\n' } },
  ],
  [
    "vulnerable-dependency",
    "a known hole",
    { audit: { kind: "answered", holes: [{ name: "qs", severity: "high", title: "DoS", fixed: true }] } },
    "unsafe package.json:null qs has a known hole (high)",
    { audit: { kind: "skipped", why: "--offline" } },
  ],
  [
    "advisory",
    "an affected version",
    { advisories: [advisory(">=0.1.0 <0.2.0", "high")] },
    "unsafe authwright.json:null auth-basic 0.1.0 has a known hole: AW-2027-001 (high)",
    { advisories: [advisory("<0.1.0", "high")] },
  ],
  [
    "changed-base",
    "a kept text that was changed",
    {
      files: migrations(),
      sources: texts(),
      bases: new Map(Object.keys(texts()).map((path) => [path, "id: 2\n"])).set(
        "src/db/migrations/index.ts",
        texts()["src/db/migrations/index.ts"],
      ),
    },
    "warning .authwright/base/src/db/migrations/0001-auth.ts.txt:null the text of src/db/migrations/0001-auth.ts as it was installed was changed",
    {
      files: migrations(),
      sources: texts(),
      bases: new Map(Object.entries(texts()).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")])),
    },
  ],
  [
    "changed-base",
    "a kept text that is missing",
    { files: { "docs/auth/a.md": { template: "auth-basic/base/docs/auth/a.md", base: "# A\n" } }, bases: new Map() },
    "warning .authwright/base/docs/auth/a.md.txt:null the text of docs/auth/a.md as it was installed is missing",
    { files: { "docs/auth/a.md": { template: "auth-basic/base/docs/auth/a.md", base: "# A\n" } } },
  ],
  [
    "missing-companion",
    "an item that should have come by itself",
    { missing: [{ ...checkupOf().items[0]!, name: "both", comesWith: ["auth-admin", "auth-email"] }] },
    "warning null:null both is not there, and comes with auth-admin and auth-email",
    { missing: [] },
  ],
  [
    "missing-item",
    "an item that a choice of another one brings",
    { record: bringing([]) },
    "warning null:null auth-email is not there, and auth-basic as it is installed brings it",
    { record: bringing(["auth-email"]) },
  ],
  [
    "pending-migrations",
    "a migration that the list does not name",
    { files: migrations(), sources: { ...texts(), "src/db/migrations/0002-x.ts": '\nconst x = { id: "0002-x" };\n' } },
    "warning src/db/migrations/index.ts:null the migration 0002-x is not in the list",
    {
      files: migrations(),
      sources: {
        ...texts(),
        "src/db/migrations/0002-x.ts": '\nconst x = { id: "0002-x" };\n',
        "src/db/migrations/index.ts": 'import "./0001-auth.js";\nimport "./0002-x.js";\n',
      },
    },
  ],
  [
    "pending-migrations",
    "a migration that is imported, and listed no more",
    {
      files: migrations(),
      sources: {
        ...texts(),
        "src/db/migrations/index.ts":
          'import { auth } from "./0001-auth.js";\n\nexport const migrations: Migration[] = [];\n',
      },
    },
    "warning src/db/migrations/index.ts:3 the migration 0001-auth is not in the list",
    {
      files: migrations(),
      sources: {
        ...texts(),
        "src/db/migrations/index.ts":
          'import { auth as first } from "./0001-auth";\nexport const migrations = [first];\n',
      },
    },
  ],
  [
    "pending-migrations",
    "a migration that is gone",
    { files: migrations(), sources: {} },
    "warning src/db/migrations/0001-auth.ts:null the migration 0001-auth is gone",
    { files: migrations(), sources: { "src/migrations/first.ts": 'export const first = { id: "0001-auth" };\n' } },
  ],
  [
    "pending-migrations",
    "an edited migration",
    {
      files: migrations(),
      sources: { ...texts(), "src/db/migrations/0001-auth.ts": '// more\n\nid: "0001-auth" + 1\n' },
    },
    "warning src/db/migrations/0001-auth.ts:3 the migration 0001-auth was edited",
    {
      files: migrations(),
      sources: { ...texts(), "src/db/migrations/0001-auth.ts": "// reformatted\r\nid:\r\n  '0001-auth';\r\n" },
    },
  ],
  [
    "pending-migrations",
    "a database without it",
    { files: migrations(), sources: texts(), database: { path: ".data/auth.db", content: "SQLite format 3 users" } },
    "hint src/db/migrations/0001-auth.ts:1 .data/auth.db does not have the migration 0001-auth yet",
    {
      files: migrations(),
      sources: texts(),
      database: { path: ".data/auth.db", content: "SQLite format 3 0001-auth" },
    },
  ],
];

/** auth-basic with an address to log in with, and these items beside it. */
function bringing(names: readonly string[]): Checkup["record"] {
  const basic = checkupOf().record.items["auth-basic"]!;
  const others = Object.fromEntries(names.map((name) => [name, basic]));
  return { version: 1, items: { "auth-basic": { ...basic, brings: ["auth-email"] }, ...others } };
}

function advisory(versions: string, severity: "low" | "high") {
  const [text, fix] = ["Tokens live too long.", "Change JWT_SECRET_KEY"];
  return { id: "AW-2027-001", item: "auth-basic", versions, severity, text, fix, reviewedBy: ["a", "b"] };
}

function texts() {
  return {
    "src/db/migrations/0001-auth.ts": 'id: "0001-auth"\n',
    "src/db/migrations/index.ts": 'import "./0001-auth.js";\n',
  };
}

function migrations() {
  const entries = Object.entries(texts()).map(([path, base]) => [path, { template: `auth-basic/base/${path}`, base }]);
  return Object.fromEntries(entries);
}

describe("every check", () => {
  test.each(cases)("%s finds %s, with its place, and nothing once it is set right", (name, _, before, found, after) => {
    expect(shortly(findingsOf(name, before))).toEqual([found]);
    expect(findingsOf(name, after)).toEqual([]);
  });

  test("is in the table, but for the lost protections, which have their own", () => {
    const tried = new Set([...cases.map(([name]) => name), "lost-protection"]);
    expect(checkNames.filter((name) => !tried.has(name))).toEqual([]);
  });

  test("a migration that takes the names of its tables from the schema is not edited by renaming them there", () => {
    const migration = 'import { getTableName } from "drizzle-orm";\nid: "0001-auth"\n';
    const schema = 'export const users = table("auth_users", {});\n';
    const file = (path: string, base: string) => ({ [path]: { template: `auth-basic/base/${path}`, base } });
    const files = {
      ...file("src/db/migrations/0001-auth.ts", migration),
      ...file("src/db/schema/auth.ts", schema),
    };
    const sources = {
      "src/db/migrations/0001-auth.ts": migration,
      "src/db/migrations/index.ts": 'import "./0001-auth.js";\n',
      "src/db/schema/auth.ts": schema.replace("auth_users", "members"),
    };
    const database = { path: ".data/auth.db", content: "SQLite format 3 0001-auth members" };
    expect(diagnose(checkupOf({ files, sources, database }))).toEqual([]);
  });

  test("finds nothing in a sound project", () => {
    const env = { ".env": `JWT_SECRET_KEY=${good}\nPASSWORD_PEPPER=${other}\nJWT_ISSUER=app\n` };
    expect(diagnose(checkupOf({ env }))).toEqual([]);
  });

  test("says why and what to do, and never the value of a secret", () => {
    for (const [name, , before] of cases) {
      for (const finding of findingsOf(name, before)) {
        expect(finding.why.length * finding.fix.length).toBeGreaterThan(0);
        expect(JSON.stringify(finding)).not.toContain(good);
      }
    }
  });

  test("is in docs/doctor.md, in the order of the list, and nothing else is", async () => {
    const docs = await readFile(new URL("../../../docs/doctor.md", import.meta.url), "utf8");
    expect([...docs.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name)).toEqual(checkNames);
  });

  test("of tests is left to their authors: made-up secrets and settings there are no finding", () => {
    const env = { ".env.test": "JWT_SECRET_KEY=test\nBCRYPT_COST=4\n" };
    const sources = { "test/x.test.ts": 'process.env.JWT_SECRET ?? "x";\napp.set("trust proxy", true);\n' };
    expect(diagnose(checkupOf({ sources, env, tracked: [".env.test"] }))).toEqual([]);
  });

  test("of an installed test is none either, wherever --tests has put it", () => {
    const text = 'process.env.JWT_SECRET ?? "x";\napp.set("trust proxy", true);\n';
    const files = { "src/auth/client.ts": { template: "auth-basic/base/test/auth/client.ts", base: text } };
    expect(diagnose(checkupOf({ files, sources: { "src/auth/client.ts": text } }))).toEqual([]);
  });
});

describe("an entry that is lost", () => {
  test("is unsafe in each list that stands between a request and the user's data, and in those that exist alone", () => {
    const lists = checkupOf().items.flatMap((item) => Object.keys(item.lists ?? {}));
    const lost = lists.flatMap((list) => findingsOf("lost-entry", badge(list)));
    expect(lost.filter(({ level }) => level === "unsafe").map(({ what }) => /\w+$/.exec(what)?.[0])).toEqual(
      facts.get("auth-basic")?.guards?.lists,
    );
    expect(lost).toHaveLength(lists.length);
  });
});

describe("an advisory", () => {
  test("names the version that update brings where that one has the fix", () => {
    const [finding] = findingsOf("advisory", {
      advisories: [advisory("<=0.0.9 || 0.1.0", "low")],
      items: checkupOf().items.map((item) => ({ ...item, version: "0.2.0" })),
    });
    expect(finding?.fix).toContain('"authwright update auth-basic" brings 0.2.0, which has the fix');
  });

  test("sends to the newest authwright where this one has no fix", () => {
    const [finding] = findingsOf("advisory", { advisories: [advisory("*", "low")] });
    expect(finding?.fix).toContain("npx authwright@latest update auth-basic");
    expect(finding?.level).toBe("warning");
  });
});
