import { randomUUID } from "node:crypto";
import bcrypt from "bcrypt";
import express from "express";
import { inBcryptQueue } from "../../templates/auth-basic/base/src/auth/bcrypt-queue.js";
import { config } from "../../templates/auth-basic/base/src/auth/config.js";
import { hashPassword } from "../../templates/auth-basic/base/src/auth/passwords.js";
import { insertUser } from "../../templates/auth-basic/base/src/auth/store.js";
import { authRouter } from "../../templates/auth-basic/base/src/routes/auth.js";
import { transaction } from "../../templates/auth-basic/database/sqlite/src/db/client.js";
import { answerQuestions } from "./answers.js";
import { listen } from "./listen.js";

const app = express();
app.get("/hello", (_req, res) => {
  res.json({ hello: "world" });
});
app.use("/api/auth", authRouter);

/** Accounts `user0`, `user1`, ... that share a password: hashing one for each would take a minute. */
async function addAccounts({ count, password }: { count: number; password: string }): Promise<void> {
  const hash = await hashPassword(password);
  for (let index = 0; index < count; index++) {
    const username = `user${index}`;
    const profile = { id: randomUUID(), username, usernameCanonical: username, email: null, displayName: null };
    await transaction((tx) => insertUser(tx, { ...profile, ...hash }));
  }
}

/** Milliseconds that so many bare comparisons take, as many at once as the module runs. */
async function comparePlainly({ count, password }: { count: number; password: string }): Promise<number> {
  const hash = await bcrypt.hash(password, config.bcryptCost);
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, () => inBcryptQueue(() => bcrypt.compare(password, hash))));
  return performance.now() - started;
}

answerQuestions({ listen: () => listen(app), addAccounts, comparePlainly });
