import { expect, test } from "vitest";
import { mountRouter } from "../../../../cli/edits/entry.js";
import { mounted, options } from "./added.js";

const head = `import express from "express";\n`;

test.each([
  ["a file without an app", `${head}export const router = express.Router();\n`, "no Express app is made in this file"],
  ["an app without a name", `${head}export default express().use(cors());\n`, "kept in no variable"],
  ["an app that is returned at once", `${head}export const make = () => express();\n`, "kept in no variable"],
  [
    "two apps of equal rank",
    `${head}const a = express();\nconst b = express();\na.listen(1);\nb.listen(2);\n`,
    "more than one Express app is made in this file (a on line 2 and b on line 3)",
  ],
  [
    "two apps, one of which has the other's name as a setting's,",
    `${head}const a = express();\nconst b = express();\na.set("b", b);\nb.use(json());\na.listen(1);\nb.listen(2);\n`,
    "more than one Express app is made in this file (a on line 2 and b on line 3)",
  ],
  [
    "two apps that one server takes",
    `${head}const a = express();\nconst b = express();\nstart(a);\nstart(b);\na.get("/", (q, r) => b(q, r));\n`,
    "more than one Express app is made in this file (a on line 2 and b on line 3)",
  ],
  [
    "middleware and a catch-all in one chain",
    `${head}const app = express();\napp.use(cors()).use(routes).use(notFound);\n`,
    "line 3 adds middleware and routes in one chain of calls",
  ],
  [
    "a chain that asks for a login",
    `${head}const app = express();\napp.use(cors()).use(requireAuth).use(routes);\n`,
    "line 3 adds middleware and routes in one chain of calls",
  ],
  [
    "a chain with a catch-all that makes the app",
    `${head}const app = express().use(notFound);\napp.listen(1);\n`,
    "line 2 adds middleware and routes in one chain of calls",
  ],
  [
    "a chain that is returned",
    `${head}function make() {\n  const app = express();\n  return app.use(cors()).use(routes);\n}\n`,
    "line 4 adds middleware and routes, and returns the app",
  ],
  [
    "middleware that is returned",
    `${head}function make() {\n  const app = express();\n  return app.use(cors());\n}\n`,
    "line 4 adds middleware and returns the app in one statement",
  ],
  [
    "a server in the place of the app",
    `${head}const server = express().use(cors()).listen(1);\n`,
    "kept in no variable",
  ],
  [
    "a helper that may do anything",
    `${head}const app = express();\nawait loaders({ expressApp: app });\napp.listen(1);\n`,
    "line 3 may add middleware, routes or both (loaders)",
  ],
  ["a syntax error", `${head}const app = ;\n`, "line 2, column 13 does not parse: Unexpected token"],
  [
    "a merge that waits",
    `${head}const app = express();\n<<<<<<< HEAD\napp.use(a);\n`,
    "line 3, column 1 does not parse",
  ],
  ["one line", `${head}const app = express(); app.listen(1);\n`, "several statements share a line there"],
  ["a class property that nothing is added to", `${head}class A {\n  app = express();\n}\n`, "nothing is added"],
])("%s is refused", (_, source, reason) => {
  const edit = mountRouter(source, options);
  expect(edit).toMatchObject({ kind: "cannot", place: expect.stringContaining("before any 404") });
  expect(edit.kind === "cannot" && edit.reason).toContain(reason);
});

test("the lines to paste are in the style of the file and call the app by its name", () => {
  const source = `import express from 'express'\nconst server = express()\nloaders(server)\n`;
  expect(mountRouter(source, options)).toMatchObject({
    paste: [`import { authRouter } from './routes/auth.js'`, `server.use('/api/auth', authRouter)`],
  });
});

test.each([
  `import { authRouter } from "./routes/auth.js";`,
  `import { authRouter } from "./routes/auth";`,
  `import { authRouter } from "./routes/auth.ts";`,
  `import { router as authRouter } from "./routes/auth.js";`,
  `const { authRouter } = require("./routes/auth");`,
])("what is mounted already stays: %s", (line) => {
  expect(mounted(`${head}${line}\nconst app = express();\napp.use("/auth", authRouter);\n`)).toBe("already");
});

test("an import by an alias counts where the alias is known", () => {
  const source = `${head}import { router } from "@/routes/auth";\nconst app = express();\napp.use("/x", router);\n`;
  expect(mountRouter(source, { ...options, sameModule: ["@/routes/auth.js"] })).toEqual({ kind: "already" });
});

test("an import without its mount gets the mount alone, under the name it has", () => {
  const source = `${head}import { router as auth } from "./routes/auth";\nconst app = express();\n`;
  expect(mounted(source)).toBe(`${source}app.use("/api/auth", auth);\n`);
});
