import { expect, test } from "vitest";
import { findMountConflict } from "../../../../cli/edits/entry.js";
import { options } from "./added.js";

const head = `import express from "express";\nconst app = express();\n`;

test.each([
  [`import { authRouter } from "./legacy.js";`, `authRouter is already imported from "./legacy.js" on line 3`],
  [`import authRouter from "./auth.router";`, `authRouter is already imported from "./auth.router" on line 3`],
  [`import * as authRouter from "./legacy.js";`, "authRouter is already imported from"],
  [`const authRouter = express.Router();`, "authRouter is already declared on line 3"],
  [`const { authRouter } = require("./legacy");`, `authRouter is already imported from "./legacy" on line 3`],
  [`function authRouter() {}`, "authRouter is already declared on line 3"],
  [`app.use("/api/auth", auth);`, `app.use("/api/auth") on line 3 already answers below /api/auth`],
  [`app.use("/api/auth/", auth);`, `app.use("/api/auth/") on line 3`],
  [`app.use("/API/Auth", auth);`, `app.use("/API/Auth") on line 3`],
  [`app.post("/api/auth/login", (req, res) => res.end());`, `app.post("/api/auth/login") on line 3`],
  [`app.all("/api/auth/*", toNodeHandler(auth));`, `app.all("/api/auth/*") on line 3`],
  [`app.route("/api/auth/login").post(login);`, `app.route("/api/auth/login") on line 3`],
  [`const p = "/api";\napp.use(\`\${p}/auth\`, auth);`, "on line 4 already answers below /api/auth"],
  [`const api = express.Router();\napp.use("/api", api);\napi.use("/auth", auth);`, `api.use("/auth") on line 5`],
  [
    `const api = express.Router();\napi.post("/auth/login", login);\napp.use("/api", api);`,
    `api.post("/auth/login") on line 4`,
  ],
])("%s is found", (line, conflict) => expect(findMountConflict(`${head}${line}\n`, options)).toContain(conflict));

test.each([
  `app.use("/api", api);`,
  `app.use("/api/authors", authors);`,
  `app.use("/auth", auth);`,
  `app.use("/api/auth", limiter);`,
  `import { authRouter } from "./routes/auth";\napp.use("/api/auth", authRouter);`,
  `import { router as authRouter } from "./routes/auth.ts";`,
  `use({ authRouter: 1 }); x.authRouter();`,
  `axios.post("/api/auth/login", body);`,
  `const = ;`,
])("%s is no conflict", (line) => expect(findMountConflict(`${head}${line}\n`, options)).toBeNull());
