// better-auth on Postgres, as its documentation sets it up: what the benchmark of cookie sessions compares with.
import { once } from "node:events";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import express from "express";
import pg from "pg";

const options = {
  secret: process.env.JWT_SECRET_KEY,
  baseURL: "http://127.0.0.1",
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  session: { cookieCache: { enabled: process.argv[2] === "cookie cache" } },
};
const auth = betterAuth(options);

const app = express();
app.all("/api/auth/{*path}", toNodeHandler(auth));
app.get("/hello", async (req, res) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
  if (!session) return res.status(401).end();
  res.json({ hello: "world" });
});

const answers = {
  async listen() {
    const { runMigrations } = await getMigrations(options);
    await runMigrations();
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${server.address().port}`;
  },
  /** The Cookie header of somebody who has just signed up. */
  async logIn(name) {
    const { headers } = await auth.api.signUpEmail({
      body: { name, email: `${name}@example.com`, password: "nine blue herons wade" },
      returnHeaders: true,
    });
    return headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ");
  },
  cpuTime() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

process.on("message", async ({ question, argument }) => {
  try {
    process.send?.({ value: await answers[question](argument) });
  } catch (error) {
    process.send?.({ error: error.stack });
  }
});
process.on("disconnect", () => process.kill(process.pid));
