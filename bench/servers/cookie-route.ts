import { randomUUID } from "node:crypto";
import express from "express";
import { newTokens } from "../../templates/auth-basic/base/src/auth/sessions.js";
import { insertSession, insertUser } from "../../templates/auth-basic/base/src/auth/store.js";
import { migrateDatabase } from "../../templates/auth-basic/base/src/db/client.js";
import { authenticators } from "../../templates/auth-basic/base/src/middleware/authenticators.js";
import { protectedRoute } from "../../templates/auth-basic/base/src/middleware/jwt.js";
import { sessionCookie } from "../../templates/auth-cookies/base/src/auth/cookies/authenticator.js";
import { newCookie } from "../../templates/auth-cookies/base/src/auth/cookies/sessions.js";
import { answerQuestions, cpuTime } from "./answers.js";
import { listen } from "./listen.js";

authenticators.push(sessionCookie);

const app = express();
app.set("trust proxy", true);
app.get("/hello", ...(process.argv[2] === "none" ? [] : [protectedRoute]), (_req, res) => {
  res.json({ hello: "world" });
});

const nowhere = { ip: null, userAgent: null };

/** The headers of somebody who has just signed up, and holds tokens or a cookie. */
async function logIn(kind: "tokens" | "cookie"): Promise<Record<string, string>> {
  await migrateDatabase();
  let cookie = "";
  const fresh =
    kind === "tokens"
      ? newTokens(nowhere)
      : newCookie(nowhere, [], (value) => {
          cookie = `__Host-sid=${value}`;
        });
  const id = randomUUID();
  const profile = { id, username: id, usernameCanonical: id, email: null, displayName: null };
  const user = { ...profile, passwordHash: "none", pepperId: "none" };
  const owner = { user: { ...profile, createdAt: new Date() }, sessionEpoch: 0, amr: ["pwd"] };
  const opened = await insertSession(fresh.row, owner, (tx) => insertUser(tx, user));
  const delivered = (await fresh.deliver(opened!.session)) as { accessToken?: string };
  return kind === "tokens"
    ? { authorization: `Bearer ${delivered.accessToken}` }
    : { cookie, "x-forwarded-proto": "https" };
}

answerQuestions({ listen: () => listen(app), logIn, cpuTime });
